"""The window classifier of torch's layers: the network that all backends share."""

from __future__ import annotations

from framework.models.networks import WindowClassifier, windows

__all__ = ["WindowClassifier", "windows"]
