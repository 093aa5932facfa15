def attacked(x):
    inside = x
    for _ in range(10_000):
        inside = [inside]
    endless = []
    endless.append(endless)
    return [inside, endless]
