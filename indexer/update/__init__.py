"""One update of an index: compare, read, delete, commit."""
