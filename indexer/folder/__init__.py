"""The files of a folder, and what has changed since the last run."""
