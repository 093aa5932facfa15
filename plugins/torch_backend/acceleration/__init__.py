"""Faster, smaller or reproducible training on tensors: precision, graphs, compiled layers.

accelerator.py    what makes training on tensors faster, smaller or reproducible
compilation.py    layers that `torch.compile` translates
deterministic.py  algorithms that give the same bytes in every run on one device
graphs.py         steps of equal shapes, recorded once as CUDA graphs and replayed
host_use.py       what a step uses of the host
low_precision.py  steps in bfloat16 for a model with float32 weights
moves.py          batches that are copied to a GPU while it still computes the step before
state_tensors.py  the tensors of a model's state
"""
