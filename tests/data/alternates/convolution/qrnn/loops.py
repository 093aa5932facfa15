"""One sequence after the other, one step at a time; each step keeps what it saw."""

import numpy as np

from framework.interfaces import Model


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


class QRNN(Model):
    def __init__(self, input_size, hidden_size, width=2, pooling="f", *, zoneout=0.0, rng):
        super().__init__()
        if width <= 0 or pooling not in {"f", "fo", "ifo"}:
            raise ValueError("settings")
        if not 0 <= zoneout < 1:
            raise ValueError("zoneout")
        self.zoneout, self.rng = zoneout, rng
        self.D, self.H, self.width, self.pooling = input_size, hidden_size, width, pooling
        columns = (1 + len(pooling)) * hidden_size
        self.add_parameter("W", rng.uniform(-0.5, 0.5, (width, input_size, columns)))
        self.add_parameter("b", np.zeros(columns))

    def initial_state(self, batch_size):
        dtype = self.parameters["b"].dtype
        h = np.zeros((batch_size, self.H), dtype)
        return h, h.copy(), np.zeros((batch_size, self.width - 1, self.D), dtype)

    def forward(self, x, state=None, mask=None):
        if x.shape[2] != self.D:
            raise ValueError("x has another number of features")
        state = self.initial_state(len(x)) if state is None else state
        self.runs, after = [], []
        kept = np.zeros((*x.shape[:2], self.parameters["b"].size // (1 + len(self.pooling))), bool)
        if self.training and self.zoneout:
            kept = self.rng.random(kept.shape) < self.zoneout
        for n in range(len(x)):
            words = [True] * x.shape[1] if mask is None else list(mask[n])
            h, c, before = (part[n].copy() for part in state)
            self.runs.append(self.read(x[n].copy(), h, c, before, words, kept[n]))
            seen = np.concatenate([before, [s["x"] for s in self.runs[-1]]])
            last = self.runs[-1][-1]
            after.append((last["h"], last["c"], seen[len(seen) - self.width + 1 :]))
        self.state = tuple(np.array(part) for part in zip(*after, strict=True))
        return np.array([[step["h"] for step in run] for run in self.runs])

    def read(self, xs, h, c, before, words, kept):
        window, steps = list(before), []
        for x, word, stays in zip(xs, words, kept, strict=True):
            x = x if word else np.zeros_like(x)
            window = [*window, x][-self.width :]
            s = {"x": x, "window": window, "word": word, "past": c, "h": h, "c": c}
            if word:
                a = self.parameters["b"].copy()
                for part, W in zip(window, self.parameters["W"], strict=True):
                    a += part @ W
                z, *gates = np.split(a, 1 + len(self.pooling))
                s["z"], gates = np.tanh(z), [sigmoid(gate) for gate in gates]
                s["f"] = gates[0]
                s["o"] = gates[1] if len(gates) > 1 else np.ones_like(z)
                s["i"] = gates[2] if len(gates) > 2 else 1 - gates[0]
                for h in np.flatnonzero(stays):
                    s["f"][h], s["i"][h] = 1, 0
                s["c"] = s["f"] * c + s["i"] * s["z"]
                s["h"] = s["o"] * s["c"]
            window = window[1:] if self.width > 1 else []
            c, h = s["c"], s["h"]
            steps.append(s)
        return steps

    def backward(self, grad_h):
        rows = [self.back(run, grad) for run, grad in zip(self.runs, grad_h, strict=True)]
        grad_x, h, c, before = (np.array(parts) for parts in zip(*rows, strict=True))
        return grad_x, (h, c, before)

    def back(self, run, grad_h):
        T, K = len(run), self.width - 1
        d_seen = np.zeros((K + T, self.D), grad_h.dtype)
        dh_later, dc = np.zeros(self.H, grad_h.dtype), np.zeros(self.H, grad_h.dtype)
        for t in reversed(range(T)):
            s, dh = run[t], grad_h[t] + dh_later
            if not s["word"]:
                dh_later = dh
                continue
            dh_later = np.zeros_like(dh)
            z, f, o, i = s["z"], s["f"], s["o"], s["i"]
            dc = dc + dh * o
            df = dc * s["past"] - (dc * z if self.pooling != "ifo" else 0)
            parts = [dc * i * (1 - z * z), df * f * (1 - f)]
            if self.pooling != "f":
                parts.append(dh * s["c"] * o * (1 - o))
            if self.pooling == "ifo":
                parts.append(dc * z * i * (1 - i))
            da = np.concatenate(parts)
            for k in range(self.width):
                self.gradients["W"][k] += np.outer(s["window"][k], da)
                d_seen[t + k] += self.parameters["W"][k] @ da
            self.gradients["b"] += da
            dc = dc * f
        words = np.array([s["word"] for s in run])
        return d_seen[K:] * words[:, None], dh_later, dc, d_seen[:K]
