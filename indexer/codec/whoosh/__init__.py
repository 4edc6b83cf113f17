"""Whoosh's view of an index: codec, readers, matchers, writer."""
