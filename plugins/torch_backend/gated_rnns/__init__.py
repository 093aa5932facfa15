"""Gated recurrent networks, on torch tensors: a module for each exercise.

gradient_clipping.py    clipping by the global norm, on torch tensors
gru.py                  gated recurrent units
lstm.py                 long short-term memory by the kernel behind `torch.nn.LSTM`
shortcuts.py            shortcut connections around a layer on tensors
vanishing_gradients.py  gradients of recurrent layers over time, on torch tensors
"""
