"""From the text of a query to ranked documents: parse, expand, score, take the best."""
