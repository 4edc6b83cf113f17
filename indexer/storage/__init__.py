"""Where an index lives, which version it is, and how writing it is made to last."""
