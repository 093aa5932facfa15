
from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation


class Loud:
    def forward(self, z):
        return np.maximum(z, 0.0)


@hookimpl
def register_implementations():
    return [Implementation("model", "relu", "loud_relu", f"{__name__}:Loud")]
