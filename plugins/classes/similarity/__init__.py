"""Similar code of a class, task by task: a reason to look, and part of no grade.

own_code.py      the code that a task consists of
pairs.py         compares token sequences; reads the table of JPlag
similar_code.py  what stands out in a run, and its pages
"""
