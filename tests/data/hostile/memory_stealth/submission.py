import mmap

import numpy as np

blocks = []


def attacked(x):
    for size in (256 << 20, 1 << 20):
        for take in (np.empty, np.zeros, lambda n: mmap.mmap(-1, n, flags=mmap.MAP_PRIVATE)):
            try:
                for _ in range(20):
                    blocks.append(take(size))
            except (MemoryError, OSError):
                continue
    blocks.clear()
    return x
