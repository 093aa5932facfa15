"""Findings: what a check shows in addition to its verdict; one module for each kind.

base.py      `Finding`, which every kind extends, and `Findings`, which one check adds to
plots.py     lines over a pair of axes
tables.py    texts in rows and columns
curves.py    a metric during training
printed.py   what the submission printed
written.py   an answer in prose beside the model answer and the rubric
html.py      HTML from the building blocks in templates/: text, table, figure, drawing

A new kind is a frozen dataclass that extends `Finding`. A check adds it through the fixture
``findings``; every report then shows it.
"""
