"""Losses, optimizers and what else training needs; networks on windows of words.

backpropagation.py    the window scorer
dropout.py            dropout, and averages over its masks
initialization.py     initial weights, and a descent of deep networks
learning_rates.py     learning rates that change, and a descent
losses.py             losses, differentiated by hand
optimizers.py         optimizers for arrays of any kind
preprocessing.py      preprocessing of inputs
regularization.py     penalties on large weights
window_classifier.py  the window classifier
"""
