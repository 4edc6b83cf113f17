"""The same analysis over whole vocabularies at once, for whoever writes an index."""
