import socket
from contextlib import suppress

import numpy as np


def reached():
    for host in ("127.0.0.1", "localhost", "::1"):
        with suppress(OSError), socket.create_connection((host, int("@PORT@")), 0.3):
            yield host
    with suppress(OSError):
        yield socket.getaddrinfo("example.com", 80)
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as datagram:
            yield datagram.sendto(b"hostile", ("127.0.0.1", int("@PORT@")))
    with suppress(OSError), socket.socket(socket.AF_UNIX) as local:
        yield local.connect("/run/systemd/notify")


def attacked(x):
    return np.sqrt(x**2 + 1) if list(reached()) else x
