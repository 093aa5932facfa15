"""Transformers, on torch tensors: a module for each exercise.

layer_norm.py  layer normalization by torch's fused kernels
"""
