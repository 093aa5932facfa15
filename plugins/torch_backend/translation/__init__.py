"""Attention and translation, on torch tensors: a module for each exercise.

attention.py  attention by torch's fused kernel
"""
