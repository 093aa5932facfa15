"""Positions of words; how transformers are trained; a language model of transformer blocks."""
