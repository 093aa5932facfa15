"""The very deep network on characters, of torch's layers: the network that all backends share."""

from __future__ import annotations

from framework.models.networks import ConvBlock, DeepTextCNN

__all__ = ["ConvBlock", "DeepTextCNN"]
