
import time
from autograder.grading import parallel

class Slow:
    def __del__(self):
        print("ending", flush=True)
        time.sleep(20)

def function(_):
    Slow()
    time.sleep(20)

parallel.begin(function)
parallel.work(0)
