"""Grading from inside a notebook: the magics `%grade`, `%%grade` and `%hint`.

magics.py     the commands, for IPython
sources.py    the saved notebook, or the cells that were run
processes.py  commands of gradus in a fresh process
results.py    what they return: objects that a notebook shows
extension/    ``gradus.py``, the module that ``%load_ext gradus`` imports
"""
