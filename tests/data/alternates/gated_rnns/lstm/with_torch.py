"""PyTorch: torch.nn.LSTMCell's formula with autograd, its weights permuted at every step."""

import torch


class LSTMStep:
    def forward(self, from_input, h, c, W_h):
        *gates, g = (from_input + h @ W_h).chunk(4, dim=1)
        i, f, o, g = [*map(torch.sigmoid, gates), g.tanh()]
        new_c = torch.addcmul(f * c, i, g)
        return o * new_c.tanh(), new_c, torch.cat([i, f, o, g], dim=1)

    def backward(self, grad_h, grad_c, c, c_next, gates, W_h):
        leaves = [value.detach().clone().requires_grad_() for value in (gates, c)]
        i, f, o, g = leaves[0].chunk(4, dim=1)
        after = f * leaves[1] + i * g
        of_gates, of_c = torch.autograd.grad([o * after.tanh(), after], leaves, [grad_h, grad_c])
        sigmoids, g = gates[:, : 3 * c.shape[1]], gates[:, 3 * c.shape[1] :]
        da = of_gates * torch.cat([sigmoids * (1 - sigmoids), 1 - g * g], dim=1)
        return da, da @ W_h.T, of_c


class LSTM:
    def __init__(self, input_size, hidden_size, *, forget_bias=1.0, rng):
        self.D, self.H = input_size, hidden_size
        self.parameters = {
            "W_x": torch.from_numpy(rng.normal(0, 0.3, (input_size, 4 * hidden_size))),
            "W_h": torch.from_numpy(rng.normal(0, 0.3, (hidden_size, 4 * hidden_size))),
            "b": torch.zeros(4 * hidden_size, dtype=torch.float64),
        }
        self.parameters["b"][hidden_size : 2 * hidden_size] = forget_bias
        self.gradients = {name: torch.zeros_like(p) for name, p in self.parameters.items()}

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def initial_state(self, batch_size):
        zeros = torch.zeros(batch_size, self.H, dtype=torch.float64)
        return zeros, zeros.clone()

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.D:
            raise ValueError("x has another number of features")
        state = self.initial_state(len(x)) if state is None else state
        tensors = [x, *state, *self.parameters.values()]
        self.leaves = [value.detach().clone().requires_grad_() for value in tensors]
        x, h, c, W_x, W_h, b = self.leaves
        order = torch.tensor([0, 1, 3, 2])

        def torch_order(value):
            return value.reshape(*value.shape[:-1], 4, self.H)[..., order, :].flatten(-2)

        W_x, W_h, b = map(torch_order, (W_x, W_h, b))
        steps = []
        for t in range(x.shape[1]):
            new_h, new_c = torch.lstm_cell(x[:, t], (h, c), W_x.T, W_h.T, b, torch.zeros_like(b))
            if mask is None:
                h, c = new_h, new_c
            else:
                words = mask[:, t, None]
                h, c = torch.where(words, new_h, h), torch.where(words, new_c, c)
            steps.append(h)
        self.h = torch.stack(steps, dim=1)
        self.state = h.detach().clone(), c.detach().clone()
        return self.h.detach().clone()

    def backward(self, grad_h):
        found = torch.autograd.grad(
            self.h, self.leaves, grad_h, retain_graph=True, materialize_grads=True
        )
        for gradient, more in zip(self.gradients.values(), found[3:], strict=True):
            gradient += more
        return found[0], (found[1], found[2])
