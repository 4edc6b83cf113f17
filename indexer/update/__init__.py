"""One run: look, read, delete, commit."""
