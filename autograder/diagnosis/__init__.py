"""Diagnosis: one sentence that names the mistake behind a failed check, where it is certain.

A session records a transcript of every check: the requests to the submission and its answers.
After a check has failed, the same requests go to the solution, and to the solution with each
listed mistake, and with two of them together. If a changed solution gives exactly the submission's
answers, its mistake is reported. Otherwise general patterns of mistakes are tried. A sentence is
reported only if it holds for every input of the check.

Each failed check is explained for itself. Then the explanations of a task are joined: the main
cause explains most, and a second one is reported beside it unless the two contradict each other.
All of this happens in a process of its own.

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
