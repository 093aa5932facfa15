"""Translators with attention, scores of translations and of probabilities, and subwords.

attentive_translator.py    a bidirectional encoder, and a decoder with attention
evaluation.py              scores of translations and of probabilities
subwords.py                merges of frequent pairs of bytes
transformer_translator.py  an encoder and a decoder of transformer blocks
"""
