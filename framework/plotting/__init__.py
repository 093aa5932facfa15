"""Charts as SVG, and word maps, which Matplotlib draws."""
