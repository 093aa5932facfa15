"""The audit: proves that the checks catch listed mistakes and automatic mutants.

auditing.py      all mistakes and mutants of some exercises, and a journal of what was tried
trials.py        the grading of changed solutions, without the checks that a change cannot reach
findings.py      the findings, as data, as tables and as JSON
equivalents.py   mutants that no check can catch, listed with a reason
"""
