"""What went wrong, in one sentence, where it can be told for certain.

A session keeps a transcript of every check: what the grader asked of the submission, and what came
back. After a check has failed, the same requests are asked of the solution and of the solution with
each listed mistake in it. Where a mistake answers exactly as the submission did, it is named; else
what is known of mistakes in general is tried. What is said holds for every input of the check, or
nothing is said.

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
