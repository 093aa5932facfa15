"""Engines of several machines: Dask distributed, whose workers wait for graders of their own.

messages.py        a job and its outcome as text: all that crosses between machines
grader_process.py  a process that grades one job after the other, and its end in the worker
serve.py           the program of that process
dask_engine.py     the engine: a cluster by its address, or one within this process
"""
