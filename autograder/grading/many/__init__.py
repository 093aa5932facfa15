"""Many submissions graded one after the other in one process, which prepares once what they share.

collected.py   the checks of an exercise, collected once
known.py       what checks asked that passed, by the answers so far
following.py   a session that asks the same, as long as the answers are known
explained.py   diagnoses, made once for each set of answers
grader.py      the grader of one submission, and that of all of them
"""
