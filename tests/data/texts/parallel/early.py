
import os, signal, sys
from concurrent.futures.process import BrokenProcessPool
from autograder.grading.parallel import in_parallel
from framework.processes.termination import cleaning_up
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), getattr(signal, sys.argv[1])))
with cleaning_up():
    try:
        print(list(in_parallel(abs, [1, 2, 3], jobs=2)))
    except BrokenProcessPool:
        print("ended")
