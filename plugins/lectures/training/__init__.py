"""The kinds of runs that only lectures train.

cbow.py               tasks of word vectors by CBOW
counted_text.py       a text with counts of its words
pairs.py              tasks of sentence pairs
pairwise.py           skip-gram steps for one pair at a time
skip_gram_batches.py  batches of centre words with context words and negative samples
window_batches.py     batches of words and their contexts, without negative samples
window_scores.py      max-margin training of a scorer of windows
word_vectors.py       tasks of word vectors by the skip-gram
"""
