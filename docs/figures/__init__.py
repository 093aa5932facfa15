"""The figures of the exercises and of the site, as SVG: one function for each, in one style."""
