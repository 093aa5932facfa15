"""Experiments on claims of the lectures that depend on the machine, the size or the seed."""
