"""Fills the templates of the pages; their style and scripts are files beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from autograder.classes.rosters.moments import shown_moment
from autograder.reports.html_report import report_templates
from framework.plotting.svg import chart_css

if TYPE_CHECKING:
    from jinja2 import Environment

#: What pages may load: files beside them, and no script or style inside of them.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)

_HERE = "autograder.classes.pages"


def render(template: str, **values: Any) -> str:
    """Return a page of the folder ``templates``."""
    return _environment().get_template(template).render(security=POLICY, **values)


@cache
def _environment() -> Environment:
    made = report_templates(_HERE)
    made.filters.update(percent=percent, moment=moment)
    return made


def percent(share: float | None) -> str:
    """Return a share as ``78 %``; a dash for none. Less than all is never 100 %."""
    if share is None:
        return "–"
    return f"{100 if share >= 1 else min(round(100 * share), 99)} %"


def moment(value: datetime | float | None, zone: str = "") -> str:
    """Return a time as ``2026-03-02 10:15 CET``, in a time zone or in UTC."""
    if value is None:
        return "time unknown"
    if isinstance(value, float):
        value = datetime.fromtimestamp(value, UTC)
    return shown_moment(value, zone)


def asset(name: str) -> bytes:
    """Return a file of the folder ``assets``."""
    return resources.files(_HERE).joinpath("assets", name).read_bytes()


@cache
def stylesheet() -> bytes:
    """Return the style of all pages: that of reports, of charts, and their own."""
    reports = resources.files("autograder.reports").joinpath("templates", "page.css")
    parts = (reports.read_text("utf-8"), chart_css(), asset("pages.css").decode())
    return "\n".join(parts).encode()
