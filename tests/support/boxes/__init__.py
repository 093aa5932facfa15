"""A third backend, on arrays of its own: four exercises, and the shared optimizers."""

from framework.hookspecs import hookimpl
from framework.providers.course_offers import backend_offers
from framework.providers.registry import Implementation

ARRAYS = Implementation("arrays", "arrays", "boxes", f"{__name__}.arrays:BoxArrays")


@hookimpl
def register_implementations(course):
    """The tasks of the exercises that the modules here are named after."""
    return backend_offers(__name__, "boxes", course, [ARRAYS])
