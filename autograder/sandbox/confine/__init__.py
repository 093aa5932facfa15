"""What the worker process does to itself: it gives up everything that a submission must not have.

Nothing here imports more than the standard library, and the grader's side needs the grants alone.

- grants: what a worker may see, and how much it may use
- phases: `isolate` before NumPy is imported, `lock` before any submitted line
- supervise: the parent of the worker, which ends it
- namespaces: new namespaces with an empty file system
- landlock, seccomp: what the kernel denies: files, and system calls
- syscalls: the numbers of system calls
- disk_quota: a quota on the files of a worker without a file system of its own
- libc: system calls that Python does not offer
"""

from __future__ import annotations

from autograder.sandbox.confine.grants import FilesystemView, Limits

__all__ = ["FilesystemView", "Limits"]
