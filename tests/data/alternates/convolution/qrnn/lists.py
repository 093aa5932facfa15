"""Gates in a dict, one step at a time; warnings are errors; lists for tuples."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


def _sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


class QRNN(Model):
    def __init__(self, input_size, hidden_size, width=2, pooling="f", *, zoneout=0.0, rng):
        super().__init__()
        if width < 1 or pooling not in ("f", "fo", "ifo"):
            raise ValueError(f"width {width}, pooling {pooling}")
        if zoneout < 0 or zoneout >= 1:
            raise ValueError(f"zoneout {zoneout}")
        self.zoneout, self.rng = zoneout, rng
        D, H = input_size, hidden_size
        self.D, self.H, self.width = D, H, width
        self.names = {"f": "zf", "fo": "zfo", "ifo": "zfoi"}[pooling]
        G = len(self.names)
        self.add_parameter("W", rng.normal(scale=(width * D) ** -0.5, size=(width, D, G * H)))
        self.add_parameter("b", np.zeros(G * H))

    def initial_state(self, batch_size):
        dtype = self.parameters["b"].dtype
        zeros = np.zeros((2, batch_size, self.H), dtype)
        return [zeros[0], zeros[1], np.zeros((batch_size, self.width - 1, self.D), dtype)]

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.D:
            raise ValueError(f"{x.shape[-1]} features")
        h, c, before = self.initial_state(len(x)) if state is None else state
        N, T, _ = x.shape
        self.words = np.ones((N, T, 1), bool) if mask is None else mask.astype(bool)[..., None]
        text = np.concatenate([before, np.where(self.words, x, 0).astype(x.dtype)], axis=1)
        self.text, self.steps, states = text, [], []
        moves = np.ones((N, T, self.H), bool)
        if self.training and self.zoneout > 0:
            moves = self.rng.random((N, T, self.H)) >= self.zoneout
        for t in range(T):
            a = np.tensordot(text[:, t : t + self.width], self.parameters["W"], 2)
            blocks = np.split(a + self.parameters["b"], len(self.names), axis=1)
            gate = {n: _sigmoid(block) for n, block in zip(self.names, blocks, strict=True)}
            gate["z"] = np.tanh(blocks[0])
            gate["f"][~moves[:, t]] = 1
            if "i" in gate:
                gate["i"][~moves[:, t]] = 0
            o, i = gate.get("o", 1), gate.get("i", 1 - gate["f"])
            new_c = gate["f"] * c + i * gate["z"]
            self.steps.append((gate, c, new_c))
            word = self.words[:, t]
            h, c = np.where(word, o * new_c, h), np.where(word, new_c, c)
            states.append(h)
        self.state = [h, c, text[:, T:].copy()]
        return np.stack(states, axis=1)

    def backward(self, grad_h):
        grad_text = np.zeros_like(self.text)
        dh = np.zeros_like(grad_h[:, 0])
        dc = np.zeros_like(dh)
        for t in reversed(range(len(self.steps))):
            gate, c, new_c = self.steps[t]
            word = self.words[:, t]
            dh = dh + grad_h[:, t]
            from_h, from_c = np.where(word, dh, 0), np.where(word, dc, 0)
            from_c = from_c + from_h * gate.get("o", 1)
            d = {"z": from_c * gate.get("i", 1 - gate["f"]), "o": from_h * new_c}
            d["i"] = from_c * gate["z"]
            d["f"] = from_c * c - (0 if "i" in gate else d["i"])
            slopes = {n: v * (1 - v) for n, v in gate.items()} | {"z": 1 - gate["z"] ** 2}
            a = np.concatenate([d[n] * slopes[n] for n in self.names], axis=1).astype(dh.dtype)
            window = slice(t, t + self.width)
            self.gradients["W"] += np.tensordot(self.text[:, window], a, (0, 0))
            self.gradients["b"] += a.sum(axis=0)
            grad_text[:, window] += np.tensordot(a, self.parameters["W"], (1, 2))
            dh, dc = np.where(word, 0, dh), np.where(word, from_c * gate["f"], dc)
        grad_x = grad_text[:, self.width - 1 :] * self.words
        return [grad_x, [dh.astype(grad_h.dtype), dc, grad_text[:, : self.width - 1]]]
