"""Language models, and an encoder of sentences."""
