"""PyTorch: autograd for the mean, the parts' own backward around it, losses from a generator."""

import torch

from framework.models.parts import part


class TextClassifier:
    training = True

    def __init__(self, vocabulary_size, length, features, heads, layers, classes, *, rng):
        sizes = vocabulary_size, length, features, heads, layers
        self.encoder = part("transformer_encoder")(*sizes, rng=rng)
        self.head = part("affine")(features, classes, rng=rng)
        self.children = {"encoder": self.encoder, "head": self.head}

    def named(self, attribute):
        return {
            f"{name}.{key}": value
            for name, child in self.children.items()
            for key, value in getattr(child, attribute).items()
        }

    @property
    def parameters(self):
        return self.named("parameters")

    @property
    def gradients(self):
        return self.named("gradients")

    def zero_gradients(self):
        for child in self.children.values():
            child.zero_gradients()

    def train(self):
        self.training = True
        for child in self.children.values():
            child.train()

    def eval(self):
        self.training = False
        for child in self.children.values():
            child.eval()

    def encode(self, ids):
        self.h = self.encoder.forward(ids).detach().clone().requires_grad_()
        counts = ids.count_nonzero(dim=1).clamp(min=1)
        self.z = torch.einsum("ntd,nt->nd", self.h, (ids != 0) / counts.to(self.h.dtype)[:, None])
        return self.z.detach().clone()

    def forward(self, ids):
        return self.head.forward(self.encode(ids))

    def backward(self, grad_logits):
        grad_z = self.head.backward(grad_logits)
        self.encoder.backward(torch.autograd.grad(self.z, self.h, grad_z, retain_graph=True)[0])


def load_encoder(classifier, parameters):
    prefix = "encoder."
    own = {prefix + name: value for name, value in classifier.encoder.parameters.items()}
    if own.keys() - parameters.keys():
        raise ValueError("missing")
    if [name for name in own if own[name].shape != parameters[name].shape]:
        raise ValueError("shape")
    for name, value in own.items():
        value.copy_(parameters[name])


def trained(model, inputs, labels, steps, learning_rate):
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    for _ in range(steps):
        yield float(loss.forward(model.forward(inputs), labels))
        model.zero_gradients()
        model.backward(loss.backward())
        optimizer.step(model.parameters, model.gradients)


def probe(classifier, ids, labels, *, steps, learning_rate):
    classifier.eval()
    return list(trained(classifier.head, classifier.encode(ids), labels, steps, learning_rate))


def fine_tune(classifier, ids, labels, *, steps, learning_rate):
    classifier.train()
    return list(trained(classifier, ids, labels, steps, learning_rate))
