"""Charts as SVG: curves, named points, and maps of word vectors."""
