
def base(x):
    {base}

def built(x):
    return base(x) + 1

def apart(x):
    {apart}
