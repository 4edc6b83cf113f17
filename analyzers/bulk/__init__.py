"""The same analysis over whole vocabularies at once, for writing an index."""
