blocks = []


def attacked(x):
    while True:
        blocks.append(bytearray(b"x") * (32 << 20))
