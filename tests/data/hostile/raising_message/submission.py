class Silent(BaseException):
    def __str__(self):
        raise SystemExit(self)


def attacked(x):
    raise Silent
