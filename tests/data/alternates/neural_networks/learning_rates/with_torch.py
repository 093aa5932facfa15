"""PyTorch: the functions of tensors without axes."""

import torch


def tensor(value):
    return torch.tensor(value, dtype=torch.float64)


class StepDecay:
    def __init__(self, learning_rate, factor, every):
        if not (learning_rate > 0 and 0 < factor <= 1 and every >= 1):
            raise ValueError("no such schedule")
        self.learning_rate, self.factor, self.every = learning_rate, factor, every

    def rate(self, step):
        if step < 0:
            raise ValueError("time starts at 0")
        power = tensor(self.factor) ** torch.div(step, tensor(self.every), rounding_mode="floor")
        return float(self.learning_rate * power)


class ExponentialDecay:
    def __init__(self, learning_rate, decay):
        if not (learning_rate > 0 and decay >= 0):
            raise ValueError("no such schedule")
        self.learning_rate, self.decay = learning_rate, decay

    def rate(self, step):
        if step < 0:
            raise ValueError("time starts at 0")
        return float(self.learning_rate * torch.exp(-tensor(self.decay) * step))


class InverseDecay:
    def __init__(self, learning_rate, tau):
        if not (learning_rate > 0 and tau > 0):
            raise ValueError("no such schedule")
        self.learning_rate, self.tau = learning_rate, tau

    def rate(self, step):
        if step < 0:
            raise ValueError("time starts at 0")
        return float(self.learning_rate * self.tau / tensor(step).clamp(min=self.tau))


def fan_in_rate(learning_rate, fan_in):
    if not (learning_rate > 0 and fan_in >= 1):
        raise ValueError("no such layer")
    return float(learning_rate * tensor(fan_in).rsqrt())


def gradient_descent(gradient, start, schedule, steps):
    path = [start.clone()]
    for t in range(steps):
        path.append(path[t] - schedule.rate(t) * gradient(path[t]))
    return torch.stack(path)
