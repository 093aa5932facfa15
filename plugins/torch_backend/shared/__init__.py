"""What several exercises have in common on torch tensors: bases of models, and kernels."""
