"""Base classes and kernels for several exercises on torch tensors.

gru_steps.py          the steps of the gated recurrent unit
kernel_weights.py     weights of a recurrent layer in the layout of torch's kernels
linear_recurrence.py  c_t = f_t ∘ c_{t−1} + e_t for all t
model.py              what the models on torch tensors share beyond `framework.interfaces.Model`
packing.py            batches of padded texts without their padding
products.py           matrix products on a CPU by the faster of two libraries
recurrent_layer.py    the base class of recurrent layers
rnn_steps.py          the steps of the simple recurrent layer on a CPU
"""
