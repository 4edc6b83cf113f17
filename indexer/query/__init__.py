"""Parse the text of a query into nodes."""
