"""What is in an index, and what can be asked of it. Nothing here changes one."""
