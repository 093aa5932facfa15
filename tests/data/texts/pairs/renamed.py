class Cell:

    def forward(self, inputs, hidden, memory):
        # my own work
        gates = (inputs @ self.weights + hidden @ self.recurrent
                 + self.bias)
        a, e, u, w = np.split(gates, 4, axis=1)
        a, e, u = logistic(a), logistic(e), logistic(u)
        w = np.tanh(w)
        kept = e * memory + a * w

        shown = u * np.tanh(kept)
        self.saved = (inputs, hidden, memory, a, e, u, w, kept)
        return shown, kept
