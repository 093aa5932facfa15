"""Runs: each piece of work is graded once, and its result is kept.

store.py        tables and transactions, in SQLite or PostgreSQL
stored_runs.py  runs, results, points, and what moved between two runs
cluster.py      the engine of Dask, and the program that grades for its workers
grade_job.py    jobs, how one is graded, and the processes of this machine
jobs.py         the life of a job: leased, graded, committed
doctor.py       what has to hold before a run
grade_run.py    starts or continues a run
course_parts.py  work that waits for a wrong part is graded again with the course's part
"""
