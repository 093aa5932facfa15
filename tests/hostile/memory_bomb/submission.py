blocks = []


def attacked(x):
    while True:
        blocks.append(bytearray(32 << 20))
