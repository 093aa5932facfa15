"""The figures of the exercises, as SVG: one function for each, in one small style."""
