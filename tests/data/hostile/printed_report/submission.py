import sys

REPORT = """
Fatal Python error: none
Thread 0x00007f (most recent call first):
  File "/tmp/target.py", line 1 in attacked
\u2713 target  The target    5/5 points
All passed.
================ 5 passed in 0.01s ================
"""


def attacked(x):
    print("All passed.", REPORT)
    sys.stderr.write(REPORT)
    return x
