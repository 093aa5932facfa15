"""The one place where verdicts change: rules, applied in order, each with its reason.

decision.py     a verdict, and the reason that is recorded with it; beginning: no check has to run;
                answer, points: written questions, by the key or by an instructor
ending.py       ending, explanation: how the check ended, and what its message says
causes.py       facts of the source that explain an exception: a marker of a merge, processes
rules.py        repeat, refusal, derivation, confirmation: rules over one exercise
blocking.py     blocking: what fails because of a part that does not pass its own checks

A rule is a pure function of results: it reads `CheckResult.evidence` and runs nothing.
"""
