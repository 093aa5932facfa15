"""A gradebook: `gradus class gradebook 0 class.csv --as marks -o marks.csv --plugin FILE`."""

from framework.hookspecs import hookimpl
from plugins.classes.gradebooks.fill_request import Filled, FillRequest, blank_reason


def marks(request: FillRequest) -> Filled:
    """Return a line for each student whose points are known: key, and passed or not."""
    filled = Filled(column="mark")
    for key, points in request.points.items():
        if reason := blank_reason(points, zero_missing=request.zero_missing):
            filled.blank[key] = reason
        else:
            filled.written.append(key)
            mark = "passed" if 2 * points.earned >= points.possible else "not passed"
            filled.data += f"{key},{mark}\n".encode()
    return filled


@hookimpl
def register_gradebooks() -> dict[str, str]:
    """Offer `marks`."""
    return {"marks": f"{__file__}:marks"}
