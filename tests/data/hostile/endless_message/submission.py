class Long(Exception):
    def __str__(self):
        return "all is well\n" * 4_000_000


def attacked(x):
    raise Long
