"""PyTorch throughout."""

import torch


def gradient_norms(rnn, x, loss_at):
    if not 0 <= loss_at < x.shape[1]:
        raise IndexError("no such step")
    kept = {name: g.clone() for name, g in rnn.gradients.items()}
    state, found = None, []
    for k in range(loss_at):
        rnn.forward(x[:, k : k + 1], state)
        state = rnn.state
        h = rnn.forward(x[:, k + 1 : loss_at + 1], state)
        upstream = torch.zeros_like(h)
        upstream[:, -1] = 1
        grad = rnn.backward(upstream)[1]
        parts = grad if isinstance(grad, (tuple, list)) else [grad]
        found.append(torch.cat([part.flatten() for part in parts]).norm())
    size = rnn.forward(x[:, :1]).numel()
    for name, g in kept.items():
        rnn.gradients[name].copy_(g)
    return torch.stack([*found, torch.tensor(size, dtype=x.dtype).sqrt()])


def spectral_bound(W_h, distances, slope=1.0):
    if (distances < 0).any():
        raise ValueError("negative")
    return (slope * torch.linalg.svdvals(W_h)[0]) ** distances


def descend(gradient, start, learning_rate, steps, threshold=None):
    path = [start]
    for _ in range(steps):
        g = gradient(path[-1])
        if threshold is not None:
            g = g * min(1.0, threshold / max(g.norm().item(), 1e-300))
        path.append(path[-1] - learning_rate * g)
    return torch.stack(path)
