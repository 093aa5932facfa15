
class Wrong:
    def __init__(self, *arguments):
        self.strength = 1.0
    def value(self, parameters):
        return 0.0
    def gradient(self, parameters):
        return {{}}
@hookimpl
def register_implementations():
    kinds = {kinds}
    return [Implementation(kinds[name], name, "own", __file__ + ":Wrong") for name in kinds]
