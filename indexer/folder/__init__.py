"""What files are there, and what became of them since the last run."""
