"""Built-in plugins: the NumPy reference and the PyTorch backend."""
