kept = []


def twice(f, x):
    return f(x) + f(x)


def uses(model):
    return model.double(21), hasattr(model, "secret"), repr(model)


def remembers(model):
    before = model.seen
    model(1.0)
    return before, model.seen


def reads(model):
    return model.never


def calls(model):
    return model(1)


def keeps(f):
    kept.append(f)


def uses_kept(x):
    return kept[0](x)


def survives(f):
    try:
        f("no number")
    except ValueError as error:
        return str(error)


def gives_itself(f):
    return f(object())


def for_ever(f):
    while True:
        f(1.0)


def overwrites(f, x):
    f(x)[:] = 7
    return x


def forges(f):
    f._ask(99, "__call__", (), {})


def forges_a_number(f):
    f._ask([f._ref.id], "__call__", (), {})


def forges_a_method(f):
    f._ask(f._ref.id, "__class__", (), {})
