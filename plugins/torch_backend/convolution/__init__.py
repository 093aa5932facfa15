"""Convolutional networks for text, on torch tensors: a module for each exercise."""
