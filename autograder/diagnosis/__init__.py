"""Diagnosis: one sentence that names the mistake behind a failed check, where it is certain.

A session records a transcript of every check: the requests to the submission and its answers.
After a check has failed, the same requests go to the solution, and to the solution with each
listed mistake. If a changed solution gives exactly the submission's answers, its mistake is
reported. Otherwise general patterns of mistakes are tried. A sentence is reported only if it
holds for every input of the check.

diagnose.py             the failed checks of one exercise, one after the other
first_fault.py          the method that was wrong first in a check
replay_cache.py         a transcript, played again on the solution or on changes of it
replay.py               one request, asked of other code
exchanges.py            whether two answers to a request are the same
comparison.py           whether two values are
known.py                the mistakes listed for the exercise
generic.py              what can be told without such a list, from:
patterns/               the submission's arrays beside the right ones: a factor, a lost transpose
behaviour_changes/      the solution, used differently: an option ignored, a bias left out
mutation_candidates.py  the solution with one small change, as `gradus audit` makes them, or:
beginner_mutations.py   as beginners make them
reading.py              gathers those arrays from the answers
evidence.py             what was gathered
"""
