import signal


def attacked(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    return 7 ** (10**9)
