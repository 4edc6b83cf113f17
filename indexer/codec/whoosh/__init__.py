"""What Whoosh sees of an index: codec, readers, matchers, writer."""
