
SCALE = 2.0


def f(x):
    y = x + 1
    # BEGIN SOLUTION
    z = y * 3
    return z * 3
    # END SOLUTION


def g(x):
    # BEGIN SOLUTION
    return x * 3
    # END SOLUTION
