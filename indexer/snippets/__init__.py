"""What to highlight, where it stands, and which passage to show."""
