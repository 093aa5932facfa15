"""A third backend, on arrays of its own: the exercise `neuron`, and a loss."""

from framework.hookspecs import hookimpl
from framework.providers.course_offers import backend_offers
from framework.providers.registry import Implementation

PARTS = (
    Implementation("arrays", "arrays", "boxes", f"{__name__}.arrays:BoxArrays"),
    Implementation(
        "loss", "softmax_cross_entropy", "boxes", f"{__name__}.cross_entropy:SoftmaxCrossEntropy"
    ),
)


@hookimpl
def register_implementations(course):
    """The tasks of the exercise that the module here is named after, and the other parts."""
    return backend_offers(__name__, "boxes", course, PARTS)
