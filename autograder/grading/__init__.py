"""Grading one submission, from the options of `grade` to a report, in the order of the work.

options.py        what was given to `grade`, and which submission that means
setting.py        what all exercises of one run have in common
request.py        a request to grade, and the default way to answer it
parallel.py       exercises side by side, in forked processes
repeats.py        once more, where an outcome says nothing: faults of the grader, late calls
grader.py         one exercise after the other: sessions, checks, diagnosis
sessions.py       the reference and graded providers, in this process
under_test.py     one exercise under test: the code under test beside the reference
pytest_run.py     runs its test files with pytest
pytest_plugin.py  fixtures and markers of the checks
plain_pytest.py   the same checks without `grade`
collector.py      turns what pytest reports into results

What a check found is recorded in `autograder.record`.
"""
