"""The audit: proves that the checks catch listed mistakes and automatic mutants.

auditing.py      all mistakes and mutants of some exercises
trials.py        the grading of changed solutions, without the checks that a change cannot reach
findings.py      the findings, as data and as tables
equivalents.py   mutants that no check can catch, listed with a reason
"""
