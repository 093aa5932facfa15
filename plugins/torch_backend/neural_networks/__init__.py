"""Neural networks, on torch tensors: a module for each exercise."""
