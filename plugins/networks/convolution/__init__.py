"""Convolutional networks for text, families of classifiers, and translation.

conv_seq2seq.py      translation: a convolutional encoder and a recurrent decoder
deep_text_cnn.py     the very deep network of characters
highway_char_cnn.py  word vectors from characters
model_comparison.py  families of text classifiers, compared on one task
text_cnn.py          Kim's network for sentences
"""
