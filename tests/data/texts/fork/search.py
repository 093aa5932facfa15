
import os
def made(numbers):
    return bytes(number ^ 85 for number in numbers)
def ranges():
    descriptor = os.open("/proc/self/maps", os.O_RDONLY)
    text = b""
    while piece := os.read(descriptor, 1 << 16):
        text += piece
    for line in text.decode().splitlines():
        place, rights = line.split()[:2]
        if "r" in rights and not line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
            yield tuple(int(part, 16) for part in place.split("-"))
memory = os.open("/proc/self/mem", os.O_RDONLY)
for numbers in hidden:
    word, found, place = made(numbers), 0, id(0)
    own = id(word), id(word) + 4096
    for start, end in ranges():
        at = start
        while at < end:
            try:
                block = os.pread(memory, min(1 << 20, end - at), at)
            except OSError:
                break
            if not block:
                break
            where = block.find(word)
            while where >= 0:
                found += not (own[0] <= at + where < own[1]) and not block.count(word) > 50
                where = block.find(word, where + 1)
            at += len(block)
            del block
    print(found)
