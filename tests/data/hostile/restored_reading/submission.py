import gc

import numpy as np

gc.unfreeze()  # or what the worker had before is not among them
DISPATCHERS = [o for o in gc.get_objects() if type(o).__name__ == "Dispatcher"]
BEFORE = {}


def showing_copies(dispatcher):
    """`_observe` of `dispatcher`, which shows the argument as it was before the call."""
    observe = dispatcher._observe

    def show(values, index, sharing):
        if dispatcher._latest_call[0] is attacked:
            return {"arguments": BEFORE, "results": {"argument 1": values[index]}}
        return observe(values, index, sharing)

    return show


for found in DISPATCHERS:
    found._observe = showing_copies(found)


def attacked(x):
    BEFORE["argument 1"] = x.copy()
    result = np.sqrt(x**2 + 1)
    x[...] = 0
    return result
