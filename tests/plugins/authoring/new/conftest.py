"""Plugins for tests, and courses to write."""

from plugin_fixtures import *  # noqa: F403
