"""PyTorch on CPU or GPU: every model, loss, optimizer and function again, on torch's tensors.

Only names are registered here: torch itself is imported when something ``@torch`` is first used.
"""

from __future__ import annotations

from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation, snake_case

#: module -> kind -> what it offers. Modules with a dot are the reference's own: no arrays in them.
_OFFERS: dict[str, dict[str, tuple[str, ...]]] = {
    "solutions.word_vectors.lexicon.lexicon": {
        "function": ("synonyms", "hypernym_closure", "path_similarity"),
    },
    "one_hot": {"function": ("one_hot", "cosine_similarity")},
    "negative_sampling": {"function": ("sampling_distribution", "negative_sampling")},
    "neuron": {"function": ("sigmoid", "neuron"), "model": ("Affine",)},
    "activations": {"model": ("Sigmoid", "Tanh", "HardTanh", "SoftSign", "ReLU", "LeakyReLU")},
    "backpropagation": {"function": ("deltas",), "model": ("WindowScorer",)},
    "gradient_check": {"function": ("numerical_gradient", "relative_error", "is_gradient")},
    "dropout": {"model": ("Dropout", "VariationalDropout")},
    "regularization": {"penalty": ("L2Penalty", "L1Penalty")},
    "initialization": {"function": ("xavier_uniform", "fan_in_scaled", "zero_biases")},
    "preprocessing": {"transform": ("MeanSubtraction", "Normalization", "Whitening")},
    "solutions.neural_networks.learning_rates.learning_rates": {
        "schedule": ("StepDecay", "ExponentialDecay", "InverseDecay"),
        "function": ("fan_in_rate",),
    },
    "optimizers": {"optimizer": ("SGD", "Momentum", "AdaGrad", "RMSProp", "Adam")},
    "ada_delta": {"optimizer": ("AdaDelta",)},
    "word2vec": {
        "function": ("context_pairs", "softmax", "naive_softmax"),
        "model": ("SkipGram",),
    },
    "skip_gram_step": {"function": ("skip_gram_step",)},
    "window_classifier": {"function": ("windows",), "model": ("WindowClassifier",)},
    "ngram": {
        "language_model": ("NgramLM", "AddDelta", "Backoff", "KneserNey"),
        "function": ("kneser_ney_discounts",),
    },
    "perplexity": {"function": ("perplexity",)},
    "window_lm": {"language_model": ("WindowLM",)},
    "rnn": {"model": ("RNN",)},
    "rnn_lm": {"language_model": ("RecurrentLM",)},
    "sampling": {"function": ("truncate", "sample", "greedy", "beam_search")},
    "sentence_encoder": {"model": ("SentenceEncoder",)},
    "conditional_lm": {"language_model": ("ConditionalLM",)},
    "vanishing_gradients": {"function": ("gradient_norms", "spectral_bound", "descend")},
    "gradient_clipping": {"function": ("clip_by_norm",)},
    "lstm": {"model": ("LSTM",)},
    "gru": {"model": ("GRU",)},
    "bidirectional": {"model": ("Bidirectional",)},
    "stacked": {"model": ("Stacked",)},
    "shortcuts": {"model": ("Residual", "DenseConnection", "Highway")},
    "gated_lm": {"language_model": ("GatedLM",), "function": ("agreement_accuracy",)},
    "conv1d": {"model": ("Conv1d", "PointwiseConv")},
    "pooling": {"model": ("MaxOverTime", "AverageOverTime", "LocalMaxPool", "KMaxPool")},
    "text_cnn": {"model": ("TextCNN",)},
    "batch_norm": {"model": ("BatchNorm1d",)},
    "highway_char_cnn": {"model": ("CharacterWordEncoder", "CharacterTagger")},
    "qrnn": {"model": ("QRNN",)},
    "deep_text_cnn": {"model": ("ConvBlock", "DeepTextCNN")},
    "bag_of_vectors": {"model": ("DeepAveragingNetwork",)},
    "model_comparison": {
        "function": ("count_parameters", "best_accuracy", "fit", "compare"),
        "model": ("SequenceClassifier",),
    },
    "conv_seq2seq": {
        "function": ("layer_widths",),
        "model": ("ConvolutionalEncoder", "ConvolutionalTranslator"),
    },
    "losses": {"loss": ("MaxMarginLoss", "SoftmaxCrossEntropy")},
}

#: What is not registered as the snake_case of its own name: ``sigmoid`` is the layer.
_OTHER_NAMES = {"sigmoid": "sigmoid_function"}


@hookimpl
def register_implementations() -> list[Implementation]:
    """Everything this backend offers, and its arrays as ``arrays@torch``."""
    arrays = Implementation("arrays", "arrays", "torch", f"{__name__}.arrays:TorchArrays")
    return [arrays] + [
        Implementation(kind, _registry_name(name), "torch", f"{_module(module)}:{name}")
        for module, kinds in _OFFERS.items()
        for kind, names in kinds.items()
        for name in names
    ]


def _module(name: str) -> str:
    return name if "." in name else f"{__name__}.{name}"


def _registry_name(name: str) -> str:
    return _OTHER_NAMES.get(name, snake_case(name))
