"""Near-identical documents and lines that recur: what is known of each text, and what follows."""
