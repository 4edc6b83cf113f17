"""What a text is made of: its pages, slides, chapters and headings."""
