"""One sequence, one step at a time: every gate with its own slice of the weights."""

import numpy as np

from framework.interfaces import Model


class LSTMStep(Model):
    def forward(self, from_input, h, c, W_h):
        rows = []
        for a, before in zip(from_input + h @ W_h, c, strict=True):
            i, f, o = (sigmoid(part) for part in a[: 3 * len(before)].reshape(3, -1))
            g = np.tanh(a[3 * len(before) :])
            after = f * before + i * g
            rows.append((o * np.tanh(after), after, np.concatenate([i, f, o, g])))
        return tuple(np.array(column) for column in zip(*rows, strict=True))

    def backward(self, grad_h, grad_c, c, c_next, gates, W_h):
        H = c.shape[1]
        da, dc = np.zeros_like(gates), np.zeros_like(c)
        for n, k in np.ndindex(*c.shape):
            i, f, o, g = gates[n].reshape(4, H)[:, k]
            t = np.tanh(c_next[n, k])
            d = grad_c[n, k] + grad_h[n, k] * o * (1 - t * t)
            da[n, k], da[n, H + k] = d * g * i * (1 - i), d * c[n, k] * f * (1 - f)
            da[n, 2 * H + k], da[n, 3 * H + k] = grad_h[n, k] * t * o * (1 - o), d * i * (1 - g * g)
            dc[n, k] = d * f
        return da, da @ W_h.T, dc


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


class LSTM(Model):
    def __init__(self, input_size, hidden_size, *, forget_bias=1.0, rng):
        super().__init__()
        self.D, self.H = input_size, hidden_size
        self.add_parameter("W_x", rng.uniform(-0.5, 0.5, (input_size, 4 * hidden_size)))
        self.add_parameter("W_h", rng.uniform(-0.5, 0.5, (hidden_size, 4 * hidden_size)))
        b = self.add_parameter("b", np.zeros(4 * hidden_size))
        b[self.block("f")] = forget_bias

    def block(self, gate):
        start = "ifog".index(gate) * self.H
        return slice(start, start + self.H)

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.H), self.parameters["b"].dtype), np.zeros(
            (batch_size, self.H), self.parameters["b"].dtype
        )

    def forward(self, x, state=None, mask=None):
        if x.shape[2] != self.D:
            raise ValueError("x has another number of features")
        h_0, c_0 = self.initial_state(len(x)) if state is None else state
        self.runs = []
        for n in range(len(x)):
            words = [True] * x.shape[1] if mask is None else list(mask[n])
            self.runs.append(self.read(x[n].copy(), h_0[n].copy(), c_0[n].copy(), words))
        self.state = (
            np.array([run[-1]["h"] for run in self.runs]),
            np.array([run[-1]["c"] for run in self.runs]),
        )
        return np.array([[step["h"] for step in run] for run in self.runs])

    def read(self, xs, h, c, words):
        steps = []
        for x, word in zip(xs, words, strict=True):
            step = {"x": x, "word": word, "h_before": h, "c_before": c, "h": h, "c": c}
            if word:
                p = self.parameters
                for gate in "ifog":
                    cut = self.block(gate)
                    a = x @ p["W_x"][:, cut] + h @ p["W_h"][:, cut] + p["b"][cut]
                    step[gate] = np.tanh(a) if gate == "g" else sigmoid(a)
                step["c"] = step["f"] * c + step["i"] * step["g"]
                step["h"] = step["o"] * np.tanh(step["c"])
            h, c = step["h"], step["c"]
            steps.append(step)
        return steps

    def backward(self, grad_h):
        back = [self.back(run, grad) for run, grad in zip(self.runs, grad_h, strict=True)]
        grad_x, grad_h_0, grad_c_0 = (np.array(parts) for parts in zip(*back, strict=True))
        return grad_x, (grad_h_0, grad_c_0)

    def back(self, run, grad_h):
        from_h, from_c = np.zeros(self.H, grad_h.dtype), np.zeros(self.H, grad_h.dtype)
        grad_x = np.zeros((len(run), self.D), grad_h.dtype)
        for t in range(len(run) - 1, -1, -1):
            s, dh = run[t], grad_h[t] + from_h
            if not s["word"]:
                from_h = dh
                continue
            tanh_c = np.tanh(s["c"])
            dc = from_c + dh * s["o"] * (1 - tanh_c * tanh_c)
            d = {"i": dc * s["g"], "f": dc * s["c_before"], "o": dh * tanh_c, "g": dc * s["i"]}
            from_c, from_h = dc * s["f"], np.zeros(self.H, grad_h.dtype)
            for gate in "ifog":
                y, cut = s[gate], self.block(gate)
                da = d[gate] * (1 - y * y if gate == "g" else y * (1 - y))
                self.gradients["W_x"][:, cut] += np.outer(s["x"], da)
                self.gradients["W_h"][:, cut] += np.outer(s["h_before"], da)
                self.gradients["b"][cut] += da
                grad_x[t] += self.parameters["W_x"][:, cut] @ da
                from_h = from_h + self.parameters["W_h"][:, cut] @ da
        return grad_x, from_h, from_c
