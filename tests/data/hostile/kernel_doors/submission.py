import ctypes
import os

#: Name -> the call of the kernel (x86-64). What one of them opens ends with the process.
DOORS = {
    "process_vm_readv": (310, os.getppid(), 0, 0, 0, 0, 0),
    "keyctl": (250, 0, -3, 1),
    "io_uring_setup": (425, 1, ctypes.create_string_buffer(120)),
    "userfaultfd": (323, 0),
    "futex that wakes other processes": (202, ctypes.create_string_buffer(8), 1, 1, 0, 0, 0),
    "sync of all disks": (162,),
    "mincore": (27, 0, 0, 0),
    "fadvise64": (221, 0, 0, 0, 4),
}


def attacked(x):
    """Return x where the kernel refuses all of them."""
    kernel = ctypes.CDLL(None, use_errno=True)
    doors = DOORS if os.uname().machine == "x86_64" else {}
    opened = [name for name, call in doors.items() if kernel.syscall(*call) >= 0]
    if opened:
        raise RuntimeError(f"opened: {', '.join(opened)}")
    return x
