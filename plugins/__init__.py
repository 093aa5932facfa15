"""Built-in plugins: backends, what the lectures need, tools of authors, classes.

numpy_reference  faster forms of reference layers, and what no exercise asks for
torch_backend    PyTorch's arrays, and the models on tensors
jax_backend      JAX's arrays, and layers of its own in the shared networks
bench            `gradus bench`: the torch backend beside plain programs; only a clone has it
networks         networks that only compose, written once for all backends
lectures         generated languages, experiments on claims, families of classifiers
authoring        audits, calibration, checks of exercises, kits, services
classes          submissions of a class, from their collection to the gradebook
doctor           the installation of gradus on this system
"""
