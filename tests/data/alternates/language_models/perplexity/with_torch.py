"""PyTorch: masked_select and mean."""

import torch


def perplexity(log_probabilities, mask=None):
    if mask is not None:
        log_probabilities = log_probabilities.masked_select(mask)
    if log_probabilities.nelement() == 0:
        raise ValueError("no words")
    if bool(torch.isnan(log_probabilities).any()) or float(log_probabilities.max()) > 1e-5:
        raise ValueError("no log probabilities")
    return log_probabilities.to(torch.float64).mean().neg().exp().item()
