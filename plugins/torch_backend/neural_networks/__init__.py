"""Neural networks, on torch tensors: a module for each exercise.

activations.py        the activation functions of notes III, section 2.4
dropout.py            dropout on torch tensors
gradient_check.py     gradient checks of functions of torch tensors
losses.py             losses on torch tensors
neuron.py             A neuron
optimizers.py         the optimizers of notes III, sections 2.7 to 2.9, on all parameters at once
"""
