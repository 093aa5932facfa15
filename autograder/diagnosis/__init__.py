"""Diagnosis: one sentence that names the mistake behind a failed check, where it is certain.

A session records a transcript of every check: the requests to the submission and its answers.
After a check has failed, the same requests go to the solution, and to the solution with each
listed mistake, and with two of them together. If a changed solution gives exactly the submission's
answers, its mistake is reported. Otherwise general patterns of mistakes are tried. A sentence is
reported only if it holds for every input of the check.

Each failed check is explained for itself. Then the explanations of a task are joined: the main
cause explains most, and a second one is reported beside it unless the two contradict each other.
All of this happens in a process of its own.

diagnose.py              diagnoses all failed checks of one exercise
search.py                counted trials of candidates, in a process that ends where one overruns
first_fault.py           finds the method that was wrong first in a check
recorded.py              holds the answers of a check beside those of the solution
replay.py                sends the requests of a check to other code
answer_matcher.py        asks whether a changed solution gives the answers of a submission
exchanges.py             compares two answers to one request
comparison.py            compares two values
forms.py                 compares two values without their form: dtype, axes, side effects
listed_mistakes.py       tries the mistakes listed for the exercise, alone and together
task_causes.py           searches the listed mistakes behind the failed checks of one task
flaws.py                 describes a wrong form of answers
from_recording.py        diagnoses in a student kit, without the solution
generic.py               explains failures without such a list, by means of:
patterns/                differences between actual and expected arrays: a factor, a transpose
behaviour_changes.py     the solution with other parameters, gradients or layers
call_changes.py          the solution with other arguments, functions or memory
mutation_candidates.py   the solution with one small change of its source, as in `gradus audit`
beginner_mutations.py    further small changes that beginners make
reading.py               collects the arrays from the answers
evidence.py              the collected arrays and answers of one check
"""
