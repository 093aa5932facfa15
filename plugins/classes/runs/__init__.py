"""Runs: each piece of work is graded once, and its result is kept.

store.py        tables and transactions, in SQLite or PostgreSQL
stored_runs.py  runs, results, points, and what moved between two runs
engine.py       jobs, outcomes, and the processes of this machine
cluster.py      the engine of Dask, and the program that grades for its workers
grade_job.py    grades one job in this process
jobs.py         the life of a job: leased, graded, committed; progress
doctor.py       what has to hold before a run
grade_run.py    starts or continues a run
"""
