"""Positions of words; how transformers are trained; attention alone, which recalls."""
