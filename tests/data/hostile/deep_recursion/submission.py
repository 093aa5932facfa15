def attacked(x):
    return attacked(x)
