def attacked(x):
    inside = x
    for _ in range(100_000):
        inside = [inside]
    endless = []
    endless.append(endless)
    return [inside, endless]
