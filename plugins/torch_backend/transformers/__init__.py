"""Transformers, on torch tensors: a module for each exercise.

layer_norm.py            layer normalization by torch's fused kernels
multi_head_attention.py  several heads of attention by torch's fused kernel
transformer_block.py     a block of a transformer, differentiated as one function
blockwise_attention.py   attention in blocks of keys by the fused kernel
"""
