"""Mutants of a solution: each has one small change, made by an operator."""
