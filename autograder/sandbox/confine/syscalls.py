"""The numbers of the system calls that the filter speaks about.

Source: Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

from dataclasses import dataclass

#: System calls with higher numbers do not exist for the worker (Linux 6.17 has up to 469).
NEWEST = 469


@dataclass(frozen=True)
class Architecture:
    """How one architecture names itself to the filter, and where its numbers stand below."""

    audit: int
    column: int
    x32: bool = False

    def numbers(self, *names: str) -> list[int]:
        """Return the numbers of those of `names` that this architecture has."""
        numbers = (NUMBERS[name][self.column] for name in names)
        return [number for number in numbers if number is not None]


#: By `os.uname().machine`.
ARCHITECTURES = {
    "x86_64": Architecture(audit=0xC000003E, column=0, x32=True),
    "aarch64": Architecture(audit=0xC00000B7, column=1),
}

#: Name -> (x86_64, aarch64).
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # decided by their arguments
    "clone": (56, 220),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "mmap": (9, 222),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "fcntl": (72, 25),
    # new files
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "creat": (85, None),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "link": (86, None),
    "linkat": (265, 37),
    # new processes
    "fork": (57, None),
    "vfork": (58, None),
    "clone3": (435, 435),
    "execve": (59, 221),
    "execveat": (322, 281),
    # other processes
    "tkill": (200, 130),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122),
    # file systems and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # not covered by Landlock: attributes of files of other users
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    # the network, and other communication with other processes
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "semget": (64, 190),
    # memory that no limit counts
    "shmget": (29, 194),
    "shmat": (30, 196),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # the kernel itself
    "bpf": (321, 280),
    "seccomp": (317, 277),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "personality": (135, 92),
    "lookup_dcookie": (212, 18),
    "uselib": (134, None),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
}

#: "Try again": what `os.fork` reports when there is no room for another process.
NO_ROOM = ("fork", "vfork")

#: "There is no such call": the C library then falls back to `clone`, whose flags can be seen.
UNKNOWN = ("clone3",)

#: These make files and folders; others do for some flags.
COUNTED = ("creat", "mkdir", "mkdirat", "link", "linkat")
OPENING = ("open", "openat", "openat2")

SIGNALS = ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
BY_ARGUMENT = ("clone", *SIGNALS, "mmap", "prctl", "prlimit64", "fcntl")

#: "Not permitted": all the others of the table.
FORBIDDEN = tuple(
    name for name in NUMBERS if name not in {*NO_ROOM, *UNKNOWN, *BY_ARGUMENT, *COUNTED, *OPENING}
)
