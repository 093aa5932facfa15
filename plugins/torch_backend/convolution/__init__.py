"""Convolutional networks for text, on torch tensors: a module for each exercise.

bag_of_vectors.py    the deep averaging network on torch tensors
batch_norm.py        batch normalization on torch tensors, by torch's own kernels
conv1d.py            one-dimensional convolution with torch's kernels
pooling.py           pooling over time on torch tensors
qrnn.py              quasi-recurrent networks
"""
