"""Kinds of runs that only the lectures need.

cbow.py               word vectors by CBOW
counted_text.py       a text for word vectors
pairs.py              sentence pairs and conditions
pairwise.py           skip-gram steps for one pair at a time
skip_gram_batches.py  batches with negative samples
window_batches.py     batches for a softmax over all words
window_scores.py      scorers of windows, by max-margin
word_vectors.py       word vectors by the skip-gram
"""
