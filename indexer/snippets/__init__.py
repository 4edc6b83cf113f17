"""What to highlight, where it is, and which passage to show."""
