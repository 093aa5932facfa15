CODES = "\x1b[2J\x1b]0;pwned\x07\x1b[31m\r\x08\x9b1m\u202epwned\u2066"


def attacked(x):
    return {CODES: type(CODES, (), {})(), "text": CODES}


def Layer(inputs, outputs, *, rng):  # noqa: N802 - it stands for a class
    return CODES
