def attacked(x):
    while True:
        x = x + 1
