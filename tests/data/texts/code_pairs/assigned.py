
{code}

def wrapped(g):
    def inner(x):
        return g(x)
    return inner

f = wrapped(hidden_f)
