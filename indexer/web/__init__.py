"""Results as pages for a browser: one file that stands alone, and a site on this computer."""
