"""Fixtures of this package: plugins that are written, or installed as fake distributions."""

from plugin_fixtures import *  # noqa: F403
