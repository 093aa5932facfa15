"""Language models, their training loop, and an encoder of sentences."""
