"""The reference of the tiny course, as the course's own plugin."""

from pathlib import Path

from framework.hookspecs import hookimpl
from framework.registry import Implementation

_UNIT = Path(__file__).parent / "solutions" / "unit"
_OFFERED = (
    ("function", "attacked", "target"),
    ("model", "layer", "target"),
    ("function", "honest", "target"),
    ("function", "beside", "neighbour"),
)


@hookimpl
def register_implementations():
    return [
        Implementation(kind, name, "numpy", f"{_UNIT / exercise / exercise}.py:{_task(name)}")
        for kind, name, exercise in _OFFERED
    ]


def _task(name):
    return "Layer" if name == "layer" else name
