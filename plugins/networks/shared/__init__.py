"""Building blocks of networks, and what several networks share.

blocks.py               flattening, embeddings, positions, chains, padding
connections.py          residual and dense connections around a layer
pooled_classifier.py    classifiers of texts: vectors, a layer, a pooling, scores
receptive_field.py      the receptive field of stacked convolutions
recurrent_steps.py      one step of a recurrent layer, forward and backward
scored_words.py         language models that score all words after each token
transformer_layer.py    a transformer block in the place of a recurrent layer
translator.py           an encoder and a decoder: training, and translations by search
"""
