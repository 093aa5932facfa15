
import time
from autograder.grading import parallel

def function(_):
    try:
        print("begun", flush=True)
        time.sleep(20)
    finally:
        print("cleaning up", flush=True)
        time.sleep(0.3)
        print("cleaned up", flush=True)

parallel.begin(function)
parallel.work(0)
