"""Convolutional networks for text, on torch tensors: a module for each exercise.

bag_of_vectors.py    the deep averaging network on torch tensors
batch_norm.py        batch normalization on torch tensors, by torch's own kernels
conv1d.py            one-dimensional convolution with torch's kernels
conv_seq2seq.py      translation on torch tensors
deep_text_cnn.py     the very deep network on characters
highway_char_cnn.py  word vectors from characters on torch tensors
model_comparison.py  families of text classifiers, compared on one task
pooling.py           pooling over time on torch tensors
qrnn.py              quasi-recurrent networks
text_cnn.py          kim's network on torch tensors
"""
