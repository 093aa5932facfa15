"""Gated recurrent networks, on torch tensors: a module for each exercise.

gru.py                  gated recurrent units
lstm.py                 long short-term memory by the kernel behind `torch.nn.LSTM`
shortcuts.py            shortcut connections around a layer on tensors
"""
