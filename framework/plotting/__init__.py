"""Charts as SVG: curves, named points, matrices, and maps of word vectors.

axes: scales and ticks. charts: curves and points. matrix_svg: the numbers of a matrix as shades.
names: names beside their points, without overlaps. svg: elements. text_chart: in the terminal.
"""
