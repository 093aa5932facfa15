CODES = "\x1b[2J\x1b]0;pwned\x07\x1b[31m\r\x08\x9b1m\u202epwned\u2066"

print(CODES)


def attacked(x):
    print(CODES)
    names = {}
    exec(compile("def f(): raise error(CODES)", __file__, "exec"), names)
    names["f"].__code__ = names["f"].__code__.replace(co_name=CODES, co_qualname=CODES)
    names["error"], names["CODES"] = type("ValueError" + CODES, (Exception,), {}), CODES
    names["f"]()


class Layer:
    parameters = property(lambda self: {CODES: 1, "W": type(CODES, (), {})()})
    gradients = parameters

    def __init__(self, inputs, outputs, *, rng):
        print(CODES)
