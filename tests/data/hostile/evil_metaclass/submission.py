class Evil(type):
    def __getattribute__(cls, name):
        raise SystemExit(name)

    def __instancecheck__(cls, instance):
        return True


class Nameless(metaclass=Evil):
    def __getattribute__(self, name):
        raise KeyboardInterrupt(name)


def attacked(x):
    return Nameless()
