"""The lowest versions that pyproject.toml declares, for the second environment of `.ci/run`.

`python .ci/lowest.py constraints` prints constraints for pip: each package at its lower bound.
`python .ci/lowest.py link torch SITE` lets the folder SITE use this environment's torch.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement

#: Optional packages that are tested at their lower bounds too. PyTorch alone is not: it takes
#: longer to install than all the rest.
EXTRAS = ("class",)


def constraints() -> Iterator[str]:
    """Yield ``name==version`` for every declared lower bound."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    for declared in [
        *project["dependencies"],
        *(extra for name in EXTRAS for extra in optional[name]),
    ]:
        bound = re.fullmatch(r"([\w.-]+)>=([\w.]+)", declared)
        if bound is None:
            raise SystemExit(f"pyproject.toml: expected NAME>=VERSION, but got {declared!r}")
        yield "==".join(bound.groups())


def link(name: str, site: Path) -> None:
    """Link the distribution `name`, and its missing requirements, into `site`."""
    from packaging.requirements import Requirement  # the constraints need no package

    present = {
        _key(distribution.metadata["Name"])
        for distribution in metadata.distributions(path=[str(site)])
    }
    wanted = [name]
    for needed in wanted:  # which grows meanwhile
        if _key(needed) in present:
            continue
        present.add(_key(needed))
        distribution = metadata.distribution(needed)
        for top in {file.parts[0] for file in distribution.files or () if file.parts[0] != ".."}:
            if not (site / top).exists():
                (site / top).symlink_to(distribution.locate_file(top))
        wanted += [
            requirement.name
            for requirement in map(Requirement, distribution.requires or ())
            if _applies(requirement)
        ]


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["constraints"]:
            print("\n".join(constraints()))
        case ["link", name, site]:
            link(name, Path(site))
        case _:
            raise SystemExit(__doc__)
