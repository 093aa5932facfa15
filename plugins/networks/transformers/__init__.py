"""Positions of words; how transformers are trained; networks of blocks, and of attention alone."""
