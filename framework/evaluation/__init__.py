"""Scores of trained models: perplexity, accuracy, F1; and texts that a language model samples.

entity_scores.py  precision, recall and F1 of entities, for each type and in total
metrics.py        metrics of a model, computed from its predictions
ruled.py          a language model under a rule for its texts
text_rules.py     rules for texts as automata: words that must or must not come
sampling.py       sampling of text from a language model, token by token
token_sizes.py    perplexities of one text in different tokens, by characters and words
"""
