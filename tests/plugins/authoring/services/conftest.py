"""Reports made by hand, with every verdict."""

from report_fixtures import *  # noqa: F403
