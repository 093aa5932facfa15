"""Positions of words; how transformers are trained; thin matrices beside trained layers."""
