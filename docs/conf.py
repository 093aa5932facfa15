"""Settings of the documentation's site: ``sphinx-build -W docs docs/_build``.

Pages under ``docs/generated/`` are made from the repository when the site is built.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from framework import __version__  # noqa: E402  (after the path is set)

project = "gradus"
author = "the authors of gradus"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "docs.pages.mathematics"]
exclude_patterns = [
    "_build",
    "day",
    "term",
    "results",
    "systems",
    "static",
    "transcripts",
    "figures",
    "pages",
    "examples",
]
myst_enable_extensions = ["colon_fence", "dollarmath"]
#: As in `autograder.course.mathematics.formulas`.
myst_dmath_allow_space = myst_dmath_allow_digits = False
myst_heading_anchors = 3
#: READMEs link to files of the repository, which are no pages.
suppress_warnings = ["myst.xref_missing", "myst.header"]
default_role = "code"
smartquotes = False  # F'(x) is a derivative
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": False, "ignore-module-all": True}
napoleon_use_ivar = True
html_theme = "furo"
html_static_path = [str(ROOT / "docs/static")]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_title = f"gradus {version}"
html_show_sphinx = html_show_copyright = html_copy_source = False
html_theme_options: dict[str, list[str]] = {"top_of_page_buttons": []}
highlight_language = "text"


def setup(app: Sphinx) -> None:
    """Write the generated pages before the others are read."""
    from docs.pages.reference import as_restructured_text
    from docs.pages.writing import write_pages

    write_pages(ROOT)
    app.connect("autodoc-process-docstring", as_restructured_text, priority=400)
