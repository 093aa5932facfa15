"""What a system could not contain, in words."""

from __future__ import annotations

from collections.abc import Set

#: What can be held: the parts of a confinement.
ROOT = "private root"
PROCESSES = "private processes"
NETWORK = "private network"
LANDLOCK = "landlock"
QUOTA = "disk quota"
SECCOMP = "seccomp"
RLIMITS = "rlimits"


def gaps(held: Set[str]) -> list[str]:
    """Return a sentence for each thing that is not contained when only `held` is in force."""
    sentences = []
    if not held & {ROOT, LANDLOCK}:
        sentences.append("submitted code can read and change every file that you can")
    if not held & {ROOT, QUOTA}:
        sentences.append("submitted code can fill the disk with files")
    if not held & {NETWORK, SECCOMP}:
        sentences.append("submitted code can use the network")
    if SECCOMP not in held:
        sentences.append("submitted code can start processes")
    if not held & {PROCESSES, SECCOMP}:
        sentences.append("submitted code can signal your processes and outlive its run")
    if RLIMITS not in held:
        sentences.append("submitted code can take all memory until it is noticed")
    return sentences
