"""What is printed, and in which form."""
