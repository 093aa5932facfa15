import sys

for _ in range(16):
    sys.stdout.write("x" * (1 << 20))


def attacked(x):
    print("y" * (1 << 20))
    return x
