"""Diagnosis: one sentence that names the mistake behind a failed check, where it is certain.

A session records a transcript of every check: the requests to the submission and its answers.
After a check has failed, the same requests go to the solution, and to the solution with each
listed mistake. If a changed solution gives exactly the submission's answers, its mistake is
reported. Otherwise general patterns of mistakes are tried. A sentence is reported only if it
holds for every input of the check.

diagnose.py             diagnoses all failed checks of one exercise
first_fault.py          finds the method that was wrong first in a check
replay_cache.py         replays transcripts on the solution and on changed solutions
replay.py               sends the requests of a check to other code
exchanges.py            compares two answers to one request
comparison.py           compares two values
known.py                tries the mistakes listed for the exercise
generic.py              explains failures without such a list, by means of:
patterns/               differences between actual and expected arrays: a factor, a transpose
behaviour_changes/      the solution with a change of behaviour: an ignored option, no bias
mutation_candidates.py  the solution with one small change, as in `gradus audit`, or:
beginner_mutations.py   a small change that beginners make
reading.py              collects the arrays from the answers
evidence.py             the collected arrays and answers of one check
"""
