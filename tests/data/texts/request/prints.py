

class MaxMarginLoss(MaxMarginLoss):
    def __init__(self, *args):
        super().__init__(*args)
        print("?" * 1000)
class SoftmaxCrossEntropy(SoftmaxCrossEntropy):
    def __init__(self):
        print("?" * 1000)
