"""Grading from inside a notebook: the magics `%grade`, `%%grade` and `%hint`.

magics.py               the commands, for IPython
notebook_source.py      the saved notebook, or the cells that were run
subprocess_commands.py  commands of gradus in a fresh process, and what they return
extension/              ``gradus.py``, the module that ``%load_ext gradus`` imports
"""
