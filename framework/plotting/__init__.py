"""Figures and word maps, drawn with Matplotlib."""
