
def f(x):
    total = 0
    for row in x:
        total = total + row.size
        part = f"{row}"
    return g(total, row=row)


def g(x, row):
    total = x + row
    return total
