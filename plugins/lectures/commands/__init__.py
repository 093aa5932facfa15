"""The commands of the lectures: `agreement`, `compare`, `experiment`, and those of word vectors."""
