"""Base classes and kernels for several exercises on torch tensors."""
