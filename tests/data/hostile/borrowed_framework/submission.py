from framework.evaluation.metrics import perplexity


def attacked(x):
    return perplexity(x)
