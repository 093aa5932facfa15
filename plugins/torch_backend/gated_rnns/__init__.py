"""Gated recurrent networks, on torch tensors: a module for each exercise.

bidirectional.py        A bidirectional recurrent layer on tensors
gated_lm.py             A language model on several gated layers
gru.py                  gated recurrent units
lstm.py                 long short-term memory by the kernel behind `torch.nn.LSTM`
rnn_tagger.py           A recurrent tagger on tensors
shortcuts.py            shortcut connections around a layer on tensors
stacked.py              stacked recurrent layers on tensors
"""
