"""The window scorer of torch's layers: the network that all backends share."""

from __future__ import annotations

from framework.models.networks import WindowScorer, deltas

__all__ = ["WindowScorer", "deltas"]
