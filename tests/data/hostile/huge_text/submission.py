def attacked(x):
    return "x" * 5_000_000
