"""Diagnosis: one sentence that names the mistake behind a failed check, where it is certain.

The requests of a failed check go to the solution, and to changed solutions. If one of them gives
exactly the submission's answers, its change is reported; otherwise patterns of wrong arrays are.

diagnose.py         diagnoses all failed checks of one exercise, first by its listed mistakes
solution_changes/   solutions with a listed mistake or another change, tried one after the other
patterns/           differences between actual and expected arrays: a factor, a transpose
flaws.py            describes a wrong form of answers
from_recording.py   diagnoses in a student kit, without the solution: by fingerprints of answers
recorded.py         holds the answers of a check beside those of the solution and of other code
evidence.py         the arrays and answers of one check, and the method that was wrong first
answer_reader.py    holds the answers of a check beside the right ones, and reads that evidence
comparison.py       compares values and answers, with or without their form: dtype, axes
"""
