"""What the worker process does to itself: it gives up everything that a submission must not have.

Nothing here imports more than the standard library. This module says what one worker is granted:
what it may see, and how much of the machine it may use.

- phases: `isolate` before NumPy is imported, `lock` before any submitted line
- supervise: the parent of the worker, which ends it and keeps a quota on its files
- namespaces: new namespaces with an empty file system
- landlock, seccomp: what the kernel denies: files, and system calls
- libc: system calls that Python does not offer
"""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30


@dataclass(frozen=True)
class FilesystemView:
    """Everything that one worker may see: all else does not exist for it.

    Attributes:
        read_only: absolute paths of files and folders. A symbolic link is recreated as a link, so
            that what it points to has to be listed as well.
        scratch: the one folder that the worker may write to, empty at its start.
        hidden: folders inside of `read_only` that are empty for it, but for what `read_only`
            lists inside of them in turn.
        devices: device files it may use, as those of a GPU.
        namespaced: the sandbox's own program has built this view already, namespaces included.
    """

    read_only: tuple[str, ...]
    scratch: str
    hidden: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    namespaced: bool = False


@dataclass(frozen=True)
class Limits:
    """How much of the machine one worker may use; it may never start a process.

    Attributes:
        memory: bytes of private memory.
        addresses: bytes of addresses, of memory that is only read too: each two megabytes of them
            may take a page of page tables, which no other limit counts.
        threads: threads beside the main one.
        open_files: open descriptors, pipes included.
        file_size: bytes of one file.
        scratch: bytes of all files of the scratch folder together.
        cpu_seconds: processor time of the whole worker, a backstop behind the deadlines.
    """

    memory: int = 2 * GIBIBYTE
    addresses: int = 64 * GIBIBYTE
    threads: int = 64
    open_files: int = 64
    file_size: int = 16 * MEBIBYTE
    scratch: int = 64 * MEBIBYTE
    cpu_seconds: int = 900
