"""Grading from inside a notebook: the magics `%grade`, `%%grade` and `%hint`.

magics.py    the commands for IPython: the notebook that is graded, a fresh process, the results
extension/   ``gradus.py``, the module that ``%load_ext gradus`` imports
"""
