"""The kinds of runs of `gradus train`.

cbow.py               word vectors by CBOW
classifier.py         what classifiers of texts and taggers share
counted_text.py       a text for word vectors
counts.py             language models that count n-grams
initial_vectors.py    a table of word vectors to start a model from
language_model.py     language models that are trained by gradient steps
pair_tasks.py         sentence pairs and conditions
pairwise.py           skip-gram steps for one pair at a time
recurrent_layers.py   the option `--cell`, stacks and their dropout
skip_gram_batches.py  batches with negative samples
sources.py            labelled texts and tagged sentences, in the form of a checkpoint
tagger.py             taggers of words
text.py               what language models share
text_classifier.py    classifiers of texts
trained_vectors.py    word vectors from a checkpoint, or from a file
window_batches.py     batches for a softmax over all words
window_scores.py      scorers of windows, by max-margin
word_vectors.py       word vectors by the skip-gram
"""
