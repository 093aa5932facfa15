"""The kinds of runs that gradus has, each a `framework.training.task.TrainingTask`.

classifier.py        tasks of classifiers
counts.py            tasks of language models that count
initial_vectors.py   A table of word vectors for a vocabulary, to start a model from
language_model.py    tasks of language models that are trained by gradient steps
recurrent_layers.py  the recurrent layers of a backend
sources.py           the source of the examples of a classifier, in the form of its checkpoint
tagger.py            tasks of taggers
text.py              tasks of a text, measured by perplexity
text_classifier.py   tasks of text classifiers
"""
