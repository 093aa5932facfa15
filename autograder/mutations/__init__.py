"""Mutants of a solution: each has one small change, made by an operator.

mutants.py           makes all mutants of a solution; the table of operators
sites.py             the node that an operator changes, and its replacement in the source
code_operators.py    operators for statements, calls, arithmetic and conditions
array_operators.py   operators for axes, reductions, changes in place, slices and variables
"""
