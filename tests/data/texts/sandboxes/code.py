
import os, random, tempfile, threading
import numpy
print(gaps)
print(float(numpy.ones((50, 50)).dot(numpy.ones(50)).sum()))
with tempfile.TemporaryFile() as file:
    print(file.write(b"abc"))
with open("a", "w") as file:
    file.write("text")
os.rename("a", "b")
print(os.listdir("."), os.getcwd() == os.environ["HOME"])
thread = threading.Thread(target=print, args=("thread",))
thread.start(); thread.join()
print(len(os.urandom(4)), open(os.devnull, "w").write("x"))
