import numpy as np


def _in_other_form(value):
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(_in_other_form(item) for item in value)
    if isinstance(value, dict):
        return {key: _in_other_form(item) for key, item in value.items()}
    if type(value) is float:
        return np.float64(value)
    if type(value) is np.ndarray and value.ndim:
        value = np.asfortranarray(np.repeat(value[..., None], 2, axis=-1))[..., 1]
        value.flags.writeable = False
    return value


_calls = []


def _with_other_form(function, name):
    import functools
    import inspect

    keeps = all(name[:4] in ("self", "grad") for name in inspect.signature(function).parameters)

    @functools.wraps(function)
    def call(*args, **kwargs):
        if name == "backward" and ONCE and keeps:
            if not vars(args[0]).pop("_forward_was_called", False):
                raise RuntimeError("backward is called without a forward of its own")
        _calls.append(function)
        try:
            value = function(*args, **kwargs)
        finally:
            _calls.pop()
        if name == "forward":
            vars(args[0])["_forward_was_called"] = True
        return value if _calls else _in_other_form(value)  # own calls may write in their results
    return call


for _task in TASKS:
    if isinstance(globals()[_task], type):
        for _name, _method in [*vars(globals()[_task]).items()]:
            if isinstance(_method, type(_in_other_form)) and not _name.startswith("_"):
                setattr(globals()[_task], _name, _with_other_form(_method, _name))
    else:
        globals()[_task] = _with_other_form(globals()[_task], "")
