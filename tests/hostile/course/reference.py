"""The reference of the tiny course, as the course's own plugin: ``--backend reference``."""

from pathlib import Path

from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation

_UNIT = Path(__file__).parent / "solutions" / "unit"
_TARGET, _NEIGHBOUR = _UNIT / "target" / "target.py", _UNIT / "neighbour" / "neighbour.py"

_OFFERED = (
    ("arrays", "arrays", "framework.interfaces:NumpyArrays"),
    ("function", "attacked", f"{_TARGET}:attacked"),
    ("model", "layer", f"{_TARGET}:Layer"),
    ("function", "honest", f"{_TARGET}:honest"),
    ("function", "beside", f"{_NEIGHBOUR}:beside"),
)


@hookimpl
def register_implementations():
    return [Implementation(kind, name, "reference", target) for kind, name, target in _OFFERED]
