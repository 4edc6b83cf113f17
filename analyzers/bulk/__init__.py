"""The same analysis over whole vocabularies at once, used when an index is written."""
