
class WindowClassifier(WindowClassifier):
    def forward(self, ids):
        if "more" not in self.parameters:
            self.add_parameter("more", np.zeros(3))
        return super().forward(ids) + self.parameters["more"].sum()

    def backward(self, grad):
        return super().backward(2 * grad)
