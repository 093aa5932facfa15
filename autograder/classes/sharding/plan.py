"""The plan of a run in shards: its jobs, and how all of them are graded."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

from autograder.classes.collecting.private_files import private_folder, write_private
from autograder.classes.running.grade_one import Settings
from autograder.classes.store.tables import Key
from framework.errors import BadInputError, UsageError

FOLDER, FILE = "shards", "plan.json"
SCHEMA = "gradus-plan/1"


@dataclass(frozen=True)
class Plan:
    """The plan of a run.

    Attributes:
        run: its number in the store.
        revision, environment: what every machine has to have.
        jobs: key -> an attempt with that work; without what has a result already.
    """

    run: int
    settings: Settings
    revision: str
    environment: str
    jobs: Mapping[Key, str]

    def share(self, shard: Shard) -> dict[Key, str]:
        """Return the jobs of one shard; all shards together have each job once."""
        in_order = sorted(self.jobs, key=name_of)  # digests: long exercises are spread
        return {key: self.jobs[key] for key in in_order[shard.index :: shard.count]}


@dataclass(frozen=True)
class Shard:
    """Part `index` of `count`, from 0."""

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Return the shard that `text` names, as in ``3/40``.

        Raises:
            UsageError: it names none.
        """
        index, separator, count = text.partition("/")
        if not separator or not (index.isdecimal() and count.isdecimal()):
            raise UsageError(f"no shard '{text}': expected a form such as 3/40")
        if int(index) >= int(count):
            raise UsageError(
                f"no shard '{text}': shards are numbered from 0 to {max(int(count) - 1, 0)}, as "
                "with `sbatch --array=0-39`"
            )
        return cls(int(index), int(count))


def name_of(key: Key) -> str:
    """Return the name that stands for a key in the names of files."""
    return hashlib.sha256(json.dumps(astuple(key)).encode()).hexdigest()[:32]


def folder_of(collection: Path) -> Path:
    """Return the folder of the plan and of the results of a collection."""
    return collection / FOLDER


def write_plan(collection: Path, plan: Plan) -> None:
    """Write the plan of a collection, in place of the one that was there."""
    table = {
        "schema": SCHEMA,
        "run": plan.run,
        "settings": asdict(plan.settings),
        "revision": plan.revision,
        "environment": plan.environment,
        "jobs": [[*astuple(key), attempt] for key, attempt in plan.jobs.items()],
    }
    folder = private_folder(folder_of(collection))
    write_private(folder / FILE, json.dumps(table).encode())


def discard_plan(collection: Path) -> None:
    """Remove the plan of a collection, and results that were not merged."""
    shutil.rmtree(folder_of(collection), ignore_errors=True)


def read_plan(collection: Path) -> Plan:
    """Read the plan of a collection.

    Raises:
        BadInputError: there is none, or it cannot be read.
    """
    file = folder_of(collection) / FILE
    try:
        table = json.loads(file.read_bytes())
        if table["schema"] != SCHEMA:
            raise BadInputError(f"{file}: format {table['schema']} instead of {SCHEMA}: plan again")
        settings = {**table["settings"]}
        for name in ("plugins", "blocked"):
            settings[name] = tuple(settings[name])
        jobs = {Key(*fields): attempt for *fields, attempt in table["jobs"]}
        return Plan(
            table["run"], Settings(**settings), table["revision"], table["environment"], jobs
        )
    except FileNotFoundError:
        raise BadInputError(
            f"{collection} has no plan: `gradus class grade {collection} --plan` makes one"
        ) from None
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{file} is damaged: {error}") from None
