def attacked(x):
    raise KeyboardInterrupt


def honest(x):
    raise GeneratorExit
