def _by_differences(cls):
    import numpy as np

    forward = cls.forward

    def copied(value):
        if isinstance(value, (tuple, list)):
            return tuple(map(copied, value))
        return np.array(value) if isinstance(value, np.ndarray) else value

    def remembered(self, *inputs, **settings):
        self.asked = copied(inputs), settings
        return forward(self, *inputs, **settings)

    def slope(self, array, grad):
        if isinstance(array, tuple):
            return tuple(slope(self, part, grad) for part in array)
        inputs, settings = self.asked
        slopes = np.zeros(array.shape)
        for i in np.ndindex(array.shape):
            kept, values = array[i], []
            for moved in (kept + 1e-5, kept - 1e-5):
                array[i] = moved
                values.append(np.sum(forward(self, *inputs, **settings) * grad))
            array[i] = kept
            slopes[i] = (values[0] - values[1]) / 2e-5
        return slopes

    def backward(self, grad):
        for name, array in self.parameters.items():
            self.gradients[name] += slope(self, array, grad)
        real = [i for i in self.asked[0] if isinstance(i, tuple) or np.array(i).dtype.kind == "f"]
        found = [slope(self, array, grad) for array in real]
        return None if not found else found[0] if len(found) == 1 else tuple(found)

    cls.forward, cls.backward = remembered, backward
