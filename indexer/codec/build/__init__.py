"""From texts to the files of a segment."""
