class Cell:
    def forward(self, x, h, c):
        joined = np.concatenate([x, h], axis=-1)
        gates = {}
        for name in "ifog":
            gates[name] = joined.dot(self.weights[name]) + self.biases[name]
        for name in "ifo":
            gates[name] = 1 / (1 + np.exp(-gates[name]))
        new_c = gates["f"] * c
        new_c += gates["i"] * np.tanh(gates["g"])
        if self.training:
            self.stack.append((joined, dict(gates), c.copy()))
        return gates["o"] * np.tanh(new_c), new_c
