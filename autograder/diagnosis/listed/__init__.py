"""Diagnosis by the listed mistakes of an exercise, alone or several of them together.

causes.py      mistakes that are in the code together, and what is said of them
one_task.py    the search for the mistakes behind the failed checks of one task
known.py       the listed mistakes of an exercise, and what they explain of each task
all_tasks.py   one cause for several tasks, so that they do not contradict each other
"""
