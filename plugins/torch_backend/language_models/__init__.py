"""Language models and recurrent networks, on torch tensors: a module for each exercise."""
