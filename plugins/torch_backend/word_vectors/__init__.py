"""Word vectors, on torch tensors: a module for each exercise."""
