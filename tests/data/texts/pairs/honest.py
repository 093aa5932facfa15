class Cell:
    """An LSTM cell, with a docstring of its own."""

    def forward(self, x, h, c):
        z = x @ self.W_x + h @ self.W_h + self.b  # all gates at once
        i, f, o, g = np.split(z, 4, axis=1)
        i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
        g = np.tanh(g)
        c_new = f * c + i * g
        h_new = o * np.tanh(c_new)
        self.cache = (x, h, c, i, f, o, g, c_new)
        return h_new, c_new
