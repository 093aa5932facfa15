"""The loop as a user of PyTorch writes it."""

import torch

from framework.models.parts import part


def encode(text, alphabet):
    return torch.tensor([alphabet.index(c) for c in text], dtype=torch.int64)


def text_chunks(ids, batch_size, unroll):
    length = (len(ids) - 1) // batch_size
    if length == 0:
        raise ValueError("the text is too short")
    x = ids[: batch_size * length].reshape(batch_size, length)
    y = ids[1 : batch_size * length + 1].reshape(batch_size, length)
    starts = range(0, length, unroll)
    return [(x[:, s : s + unroll].clone(), y[:, s : s + unroll].clone()) for s in starts]


def fit_language_model(model, ids, *, epochs, batch_size, unroll, learning_rate):
    criterion, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    getattr(model, "train", list)()  # a model may be without modes
    losses = []
    for _ in range(epochs):
        hidden = None
        for x, y in text_chunks(ids, batch_size, unroll):
            loss = criterion.forward(model.forward(x, hidden), y)
            hidden = model.state
            model.zero_gradients()
            model.backward(criterion.backward())
            optimizer.step(model.parameters, model.gradients)
            losses.append(float(loss))
    return losses


def write(model, alphabet, prefix, length, temperature=1.0, *, rng):
    start = encode(prefix, alphabet).unsqueeze(0)
    ids = part("sample")(model, start, length, temperature, rng=rng)
    return "".join(alphabet[i] for i in ids[0].tolist())


def tracking_unit(states, inside):
    y = inside.to(states.dtype)
    h, y = states - states.mean(0, keepdim=True), y - y.mean()
    scale = h.norm(dim=0) * y.norm()
    r = torch.where(scale > 0, (h * y[:, None]).sum(0) / scale.clamp(min=1e-300), 0.0)
    unit = torch.argmax(r.abs()).item()
    return unit, r[unit].item()
