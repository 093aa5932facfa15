class Silent(BaseException):
    def __str__(self):
        raise SystemExit(0)


def attacked(x):
    raise Silent
