class Slow(float):
    def __float__(self):
        while True:
            pass


def attacked(x):
    return Slow(1)
