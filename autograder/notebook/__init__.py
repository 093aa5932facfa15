"""Grading from inside a notebook: the magics `%grade`, `%%grade` and `%hint`.

magics.py     the commands, for IPython: run in a fresh process, with results that a notebook shows
sources.py    the saved notebook, or the cells that were run
extension/    ``gradus.py``, the module that ``%load_ext gradus`` imports
"""
