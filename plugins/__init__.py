"""Built-in plugins: backends, what the lectures need, tools of authors, classes.

authoring        what authors of courses need: audits, calibration, checks of exercises, kits
classes          submissions of many students are collected, graded once, settled, handed back
jax_backend      JAX: layers of its own, in the networks that every backend shares
lectures         generated languages, experiments on claims, families of classifiers
numpy_reference  the parts of the NumPy reference other than the course's solutions
torch_backend    PyTorch on CPU or GPU
"""
