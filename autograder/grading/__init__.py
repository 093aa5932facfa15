"""Grading one submission, from the options of `grade` to a report, in the order of the work.

setting.py          the options of `grade`, and the course, plugins and sandbox that they open
request.py          a request to grade, and its answer: repeats, blocking, the report
written_answers.py  results of written questions
workers.py          what starts the worker of an exercise
parallel.py         exercises side by side, in forked processes
watching.py         what one grading under ``--watch`` leaves for the next one
grader.py           one exercise: launches both sides, asks, compares, explains
under_test.py       one exercise under test: the code under test beside the reference
checks_run.py       collects checks with pytest, runs them, and makes their results
pytest_plugin.py    fixtures and markers of the checks
plain_pytest.py     the same checks without `grade`

Verdicts are decided in `autograder.judging`.
"""
