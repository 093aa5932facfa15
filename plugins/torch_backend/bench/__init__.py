"""`gradus bench`: models of this backend beside plain `torch.nn` programs.

bandwidth.py        the pooling of a QRNN beside a copy
catalogue.py        the models that `gradus bench` measures
classifiers.py      text classifiers written twice
command.py          `gradus bench`
language_models.py  language models written twice
layers.py           layers of two kinds with equal sizes
measurement.py      the measurement of cases
measures.py         what a training step takes
pair.py             A model as this backend has it
result.py           the measurement of one case
skip_gram.py        skip-gram beside gensim with one worker
"""
