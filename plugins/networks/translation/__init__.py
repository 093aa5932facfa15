"""Translation with attention, and scores of translations and of probabilities.

attentive_translator.py  a bidirectional encoder, and a decoder with attention
evaluation.py            scores of translations and of probabilities
"""
