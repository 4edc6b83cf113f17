"""The words of a command line: which options there are and what they mean."""
