"""The shared optimizers, on boxes: every step assigns new arrays."""

from plugins.networks.neural_networks.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp

__all__ = ["SGD", "AdaGrad", "Adam", "Momentum", "RMSProp"]
