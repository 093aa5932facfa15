
from collections import Counter
from framework.models.count_models import CountModel

class Words(CountModel):
    def fit(self, tokens):
        words = tokens[1:].tolist()
        self.counts = Counter((w,) for w in words)
        self.totals = Counter({(): len(words)})

    def estimate(self, h, w):
        return self.counts[w,] / self.totals[()]
