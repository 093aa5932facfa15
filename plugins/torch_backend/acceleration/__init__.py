"""Faster, smaller or reproducible training on tensors: precision, graphs, compiled layers."""
