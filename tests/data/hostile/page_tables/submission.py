import mmap

SIZE, STEP = 128 << 30, 2 << 20


def attacked(x):
    mapped = mmap.mmap(-1, SIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ)
    return sum(mapped[i] for i in range(0, SIZE, STEP))
