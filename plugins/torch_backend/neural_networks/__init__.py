"""Neural networks, on torch tensors: a module for each exercise.

activations.py        the activation functions of notes III, section 2.4
dropout.py            dropout on torch tensors
gradient_check.py     gradient checks of functions of torch tensors
initialization.py     initial weights as torch tensors, drawn by NumPy's generator
learning_rates.py     learning rates that change
losses.py             losses on torch tensors
neuron.py             A neuron
optimizers.py         the optimizers of notes III, sections 2.7 to 2.9, on all parameters at once
preprocessing.py      preprocessing of torch tensors
regularization.py     penalties on large weights, on torch tensors
"""
