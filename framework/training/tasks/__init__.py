"""The kinds of runs that gradus has, each a `framework.training.task.TrainingTask`.

classifier.py        tasks of classifiers
initial_vectors.py   A table of word vectors for a vocabulary, to start a model from
language_model.py    language models
recurrent_layers.py  the recurrent layers of a backend
sources.py           the source of the examples of a classifier, in the form of its checkpoint
tagger.py            tasks of taggers
text_classifier.py   tasks of text classifiers
"""
