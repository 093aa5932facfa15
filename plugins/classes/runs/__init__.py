"""Runs: each piece of work is graded once, and its result is kept.

store.py           tables and transactions, in SQLite or PostgreSQL
job_queue.py       jobs that are leased, extended, given back
stored_runs.py     runs and results
engine.py          jobs, outcomes, and the processes of this machine
grade_job.py       grades one job in this process
coordinator.py     leases jobs, commits results, shows progress
grade_run.py       starts or continues a run
doctor.py          what has to hold before a run
points.py          points of a run, and what moved between two runs
cluster.py         the engine of Dask
grader_process.py  the program that grades for a worker of Dask
"""
