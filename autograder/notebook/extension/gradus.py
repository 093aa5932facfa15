"""The extension of IPython: ``%load_ext gradus`` adds `%grade`, `%%grade` and `%hint`."""

from autograder.notebook.magics import load_ipython_extension

__all__ = ["load_ipython_extension"]
