"""One sequence, one step at a time, with the weights of every gate cut out."""

import numpy as np

from framework.interfaces import Model


class GRUStep(Model):
    def forward(self, from_input, h, W_h):
        return one_by_one(from_input, h, W_h, None)

    def backward(self, grad_h, h, gates, W_h):
        U, R, C = np.split(W_h, 3, axis=1)
        rows = []
        for dh, before, (u, r, content) in zip(
            grad_h, h, gates.reshape(len(h), 3, -1), strict=True
        ):
            da_c = dh * u * (1 - content**2)
            d_rh = C @ da_c
            da_u, da_r = dh * (content - before) * u * (1 - u), d_rh * before * r * (1 - r)
            d_before = dh * (1 - u) + U @ da_u + R @ da_r + d_rh * r
            rows.append((np.concatenate([da_u, da_r, da_c]), d_before))
        return tuple(np.array(column) for column in zip(*rows, strict=True))


class ResetAfterStep(Model):
    def forward(self, from_input, h, W_h, b_h):
        return one_by_one(from_input, h, W_h, b_h)

    def backward(self, grad_h, h, gates, W_h, b_h):
        U, R, C = np.split(W_h, 3, axis=1)
        rows = []
        for dh, before, (u, r, content) in zip(
            grad_h, h, gates.reshape(len(h), 3, -1), strict=True
        ):
            da_c = dh * u * (1 - content**2)
            da_u = dh * (content - before) * u * (1 - u)
            da_r = da_c * (before @ C + b_h) * r * (1 - r)
            d_before = dh * (1 - u) + U @ da_u + R @ da_r + C @ (da_c * r)
            rows.append((np.concatenate([da_u, da_r, da_c]), d_before))
        return tuple(np.array(column) for column in zip(*rows, strict=True))


def one_by_one(from_input, h, W_h, b_h):
    """Run each text by itself; with `b_h` r acts after the matrix."""
    states, gates = [], []
    U, R, C = np.split(W_h, 3, axis=1)
    for (x_u, x_r, x_c), before in zip(from_input.reshape(len(h), 3, -1), h, strict=True):
        u, r = sigmoid(x_u + before @ U), sigmoid(x_r + before @ R)
        past = (r * before) @ C if b_h is None else r * (before @ C + b_h)
        content = np.tanh(x_c + past)
        states.append(before + u * (content - before))
        gates.append(np.concatenate([u, r, content]))
    return np.array(states), np.array(gates)


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


class GRU(Model):
    def __init__(self, input_size, hidden_size, *, reset_after=False, rng):
        super().__init__()
        self.D, self.H, self.after = input_size, hidden_size, reset_after
        self.add_parameter("W_x", rng.uniform(-0.5, 0.5, (input_size, 3 * hidden_size)))
        self.add_parameter("W_h", rng.uniform(-0.5, 0.5, (hidden_size, 3 * hidden_size)))
        self.add_parameter("b", np.zeros(3 * hidden_size))
        if reset_after:
            self.add_parameter("b_h", np.zeros(hidden_size))

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.H), self.parameters["b"].dtype)

    def cut(self, name):
        return np.split(self.parameters[name], 3, axis=-1)

    def forward(self, x, state=None, mask=None):
        if x.shape[2] != self.D:
            raise ValueError("x has another number of features")
        state = self.initial_state(len(x)) if state is None else state
        self.runs = []
        for n in range(len(x)):
            words = [True] * x.shape[1] if mask is None else list(mask[n])
            self.runs.append(self.read(x[n].copy(), state[n].copy(), words))
        self.state = np.array([run[-1]["h"] for run in self.runs])
        return np.array([[step["h"] for step in run] for run in self.runs])

    def read(self, xs, h, words):
        (U_x, R_x, C_x), (U_h, R_h, C_h) = self.cut("W_x"), self.cut("W_h")
        b_u, b_r, b_c = self.cut("b")
        steps = []
        for x, word in zip(xs, words, strict=True):
            s = {"x": x, "before": h, "h": h, "word": word}
            if word:
                s["u"] = sigmoid(x @ U_x + h @ U_h + b_u)
                s["r"] = sigmoid(x @ R_x + h @ R_h + b_r)
                if self.after:
                    s["past"] = h @ C_h + self.parameters["b_h"]
                    s["content"] = np.tanh(x @ C_x + s["r"] * s["past"] + b_c)
                else:
                    s["content"] = np.tanh(x @ C_x + (s["r"] * h) @ C_h + b_c)
                s["h"] = h + s["u"] * (s["content"] - h)
            h = s["h"]
            steps.append(s)
        return steps

    def backward(self, grad_h):
        back = [self.back(run, grad) for run, grad in zip(self.runs, grad_h, strict=True)]
        grad_x, grad_h_0 = (np.array(parts) for parts in zip(*back, strict=True))
        return grad_x, grad_h_0

    def back(self, run, grad_h):
        H, g = self.H, self.gradients
        (_, _, C_h), (U_h, R_h, _) = self.cut("W_h"), self.cut("W_h")
        grad_x, later = np.zeros((len(run), self.D), grad_h.dtype), np.zeros(H, grad_h.dtype)
        for t in range(len(run) - 1, -1, -1):
            s, dh = run[t], grad_h[t] + later
            later = dh
            if not s["word"]:
                continue
            u, r, h = s["u"], s["r"], s["before"]
            da_c = dh * u * (1 - s["content"] ** 2)
            da_u = dh * (s["content"] - h) * u * (1 - u)
            if self.after:
                d_past = da_c * r
                dr = da_c * s["past"]
                g["b_h"] += d_past
                g["W_h"][:, 2 * H :] += np.outer(h, d_past)
                through = C_h @ d_past
            else:
                d_rh = C_h @ da_c
                dr = d_rh * h
                g["W_h"][:, 2 * H :] += np.outer(r * h, da_c)
                through = d_rh * r
            da_r = dr * r * (1 - r)
            da = np.concatenate([da_u, da_r, da_c])
            g["W_x"] += np.outer(s["x"], da)
            g["W_h"][:, : 2 * H] += np.outer(h, da[: 2 * H])
            g["b"] += da
            grad_x[t] = self.parameters["W_x"] @ da
            later = dh * (1 - u) + U_h @ da_u + R_h @ da_r + through
        return grad_x, later
