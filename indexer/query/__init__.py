"""From the text of a query to what it asks."""
