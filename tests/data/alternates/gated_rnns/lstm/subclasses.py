"""Four gates in a dict, weights split by name; warnings are errors."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


class LSTMStep(Model):
    def forward(self, from_input, h, c, W_h):
        gates = _Gates.of(from_input + h @ W_h)
        new_c = gates["f"] * c + gates["i"] * gates["g"]
        return gates["o"] * np.tanh(new_c), new_c, np.concatenate(list(gates.values()), axis=1)

    def backward(self, grad_h, grad_c, c, c_next, gates, W_h):
        y = _Gates(zip("ifog", np.split(gates, 4, axis=1), strict=True))
        tanh_c, slopes = np.tanh(c_next), y.slopes()
        dc = grad_c + grad_h * y["o"] * (1 - tanh_c**2)
        d = {"i": dc * y["g"], "f": dc * c, "o": grad_h * tanh_c, "g": dc * y["i"]}
        da = np.concatenate([d[name] * slopes[name] for name in "ifog"], axis=1)
        return da, da @ W_h.T, dc * y["f"]


def _sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


class _Gates(dict):
    """i, f, o and g of one step."""

    @classmethod
    def of(cls, a):
        i, f, o, g = np.split(a, 4, axis=-1)
        return cls(i=_sigmoid(i), f=_sigmoid(f), o=_sigmoid(o), g=np.tanh(g))

    def slopes(self):
        return {n: v * (1 - v) if n != "g" else 1 - v * v for n, v in self.items()}


class LSTM(Model):
    def __init__(self, input_size, hidden_size, *, forget_bias=1.0, rng):
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size = D, H
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 4 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 4 * H)))
        zeros = np.zeros(H)
        self.add_parameter("b", np.concatenate([zeros, zeros + forget_bias, zeros, zeros]))

    def initial_state(self, batch_size):
        shape, dtype = (batch_size, self.hidden_size), self.parameters["b"].dtype
        return np.zeros(shape, dtype), np.zeros(shape, dtype)

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.input_size:
            raise ValueError(f"{x.shape[-1]} features")
        h, c = self.initial_state(len(x)) if state is None else map(np.array, state)
        self.x = np.array(x)
        self.mask = np.ones(x.shape[:2], bool) if mask is None else np.array(mask, bool)
        inputs = self.x @ self.parameters["W_x"] + self.parameters["b"]
        self.memory, states = [], []
        for t in range(x.shape[1]):
            gates = _Gates.of(inputs[:, t] + h @ self.parameters["W_h"])
            c_new = gates["f"] * c + gates["i"] * gates["g"]
            self.memory.append((gates, h, c, c_new))
            word = self.mask[:, t : t + 1]
            h, c = np.where(word, gates["o"] * np.tanh(c_new), h), np.where(word, c_new, c)
            states.append(h)
        self.state = h, c
        return np.stack(states, 1)

    def backward(self, grad_h):
        W_x, W_h = self.parameters["W_x"], self.parameters["W_h"]
        dh = np.zeros_like(grad_h[:, 0])
        dc = np.zeros_like(dh)
        das = np.zeros((*grad_h.shape[:2], 4 * self.hidden_size), grad_h.dtype)
        for t in reversed(range(len(self.memory))):
            gates, h_before, c_before, c_new = self.memory[t]
            word = self.mask[:, t : t + 1]
            dh = dh + grad_h[:, t]
            tanh_c = np.tanh(c_new)
            dc_t = dc + dh * gates["o"] * (1 - tanh_c**2)
            slopes = gates.slopes()
            da = np.concatenate(
                [
                    dc_t * gates["g"] * slopes["i"],
                    dc_t * c_before * slopes["f"],
                    dh * tanh_c * slopes["o"],
                    dc_t * gates["i"] * slopes["g"],
                ],
                axis=1,
            )
            das[:, t] = np.where(word, da, 0)
            self.gradients["W_h"] += h_before.T @ das[:, t]
            dh = np.where(word, da @ W_h.T, dh)
            dc = np.where(word, dc_t * gates["f"], dc)
        self.gradients["W_x"] += np.einsum("ntd,nta->da", self.x, das)
        self.gradients["b"] += das.sum(axis=(0, 1))
        return das @ W_x.T, (dh, dc)
