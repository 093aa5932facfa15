"""The NumPy reference: the solutions of the exercises, and what no exercise asks for."""

from __future__ import annotations

from collections.abc import Iterable

from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation, snake_case

PROVIDER = "numpy"

#: module -> kind -> what it offers; imported only when it is used.
_OFFERS: dict[str, dict[str, tuple[str, ...]]] = {
    "framework.interfaces": {"arrays": ("NumpyArrays",)},
    "solutions.word_vectors.lexicon.lexicon": {
        "function": ("synonyms", "hypernym_closure", "path_similarity"),
    },
    "solutions.word_vectors.one_hot.one_hot": {"function": ("one_hot", "cosine_similarity")},
    "solutions.word_vectors.word2vec.word2vec": {
        "function": ("context_pairs", "softmax", "naive_softmax"),
        "model": ("SkipGram",),
    },
    "solutions.word_vectors.negative_sampling.negative_sampling": {
        "function": ("sampling_distribution", "negative_sampling"),
    },
    "plugins.numpy_reference.skip_gram_step": {"function": ("skip_gram_step",)},
    "solutions.neural_networks.neuron.neuron": {
        "function": ("sigmoid", "neuron"),
        "model": ("Affine",),
    },
    "solutions.neural_networks.activations.activations": {
        "model": ("Sigmoid", "Tanh", "HardTanh", "SoftSign", "ReLU", "LeakyReLU"),
    },
    "solutions.neural_networks.losses.losses": {"loss": ("MaxMarginLoss", "SoftmaxCrossEntropy")},
    "solutions.neural_networks.backpropagation.backpropagation": {
        "function": ("deltas",),
        "model": ("WindowScorer",),
    },
    "solutions.neural_networks.gradient_check.gradient_check": {
        "function": ("numerical_gradient", "relative_error", "is_gradient"),
    },
    "solutions.neural_networks.regularization.regularization": {
        "penalty": ("L2Penalty", "L1Penalty"),
    },
    "solutions.neural_networks.dropout.dropout": {"model": ("Dropout", "VariationalDropout")},
    "solutions.neural_networks.preprocessing.preprocessing": {
        "transform": ("MeanSubtraction", "Normalization", "Whitening"),
    },
    "solutions.neural_networks.initialization.initialization": {
        "function": ("xavier_uniform", "fan_in_scaled", "zero_biases"),
    },
    "solutions.neural_networks.learning_rates.learning_rates": {
        "schedule": ("StepDecay", "ExponentialDecay", "InverseDecay"),
        "function": ("fan_in_rate",),
    },
    "solutions.neural_networks.optimizers.optimizers": {
        "optimizer": ("SGD", "Momentum", "AdaGrad", "RMSProp", "Adam"),
    },
    "plugins.numpy_reference.ada_delta": {"optimizer": ("AdaDelta",)},
    "solutions.neural_networks.window_classifier.window_classifier": {
        "function": ("windows",),
        "model": ("WindowClassifier",),
    },
    "solutions.language_models.ngram.ngram": {
        "language_model": ("NgramLM", "AddDelta", "Backoff", "KneserNey"),
        "function": ("kneser_ney_discounts",),
    },
    "solutions.language_models.perplexity.perplexity": {"function": ("perplexity",)},
    "solutions.language_models.window_lm.window_lm": {"language_model": ("WindowLM",)},
    "solutions.language_models.rnn.rnn": {"model": ("RNN",)},
    "solutions.language_models.rnn_lm.rnn_lm": {"language_model": ("RecurrentLM",)},
    "solutions.language_models.sampling.sampling": {
        "function": ("truncate", "sample", "greedy", "beam_search"),
    },
    "solutions.language_models.sentence_encoder.sentence_encoder": {"model": ("SentenceEncoder",)},
    "solutions.language_models.conditional_lm.conditional_lm": {
        "language_model": ("ConditionalLM",),
    },
    "solutions.gated_rnns.vanishing_gradients.vanishing_gradients": {
        "function": ("gradient_norms", "spectral_bound", "descend"),
    },
    "solutions.gated_rnns.gradient_clipping.gradient_clipping": {"function": ("clip_by_norm",)},
    "solutions.gated_rnns.lstm.lstm": {"model": ("LSTM",)},
    "solutions.gated_rnns.gru.gru": {"model": ("GRU",)},
    "solutions.gated_rnns.bidirectional.bidirectional": {"model": ("Bidirectional",)},
    "solutions.gated_rnns.stacked.stacked": {"model": ("Stacked",)},
    "solutions.gated_rnns.shortcuts.shortcuts": {
        "model": ("Residual", "DenseConnection", "Highway"),
    },
    "solutions.gated_rnns.gated_lm.gated_lm": {
        "language_model": ("GatedLM",),
        "function": ("agreement_accuracy",),
    },
    "solutions.convolution.conv1d.conv1d": {"model": ("Conv1d", "PointwiseConv")},
    "solutions.convolution.pooling.pooling": {
        "model": ("MaxOverTime", "AverageOverTime", "LocalMaxPool", "KMaxPool"),
    },
    "plugins.numpy_reference.text_cnn": {"model": ("TextCNN",)},
    "solutions.convolution.batch_norm.batch_norm": {"model": ("BatchNorm1d",)},
    "solutions.convolution.highway_char_cnn.highway_char_cnn": {
        "model": ("CharacterWordEncoder", "CharacterTagger"),
    },
    "solutions.convolution.qrnn.qrnn": {"model": ("QRNN",)},
    "solutions.convolution.deep_text_cnn.deep_text_cnn": {"model": ("ConvBlock", "DeepTextCNN")},
    "solutions.convolution.bag_of_vectors.bag_of_vectors": {"model": ("DeepAveragingNetwork",)},
    "solutions.convolution.model_comparison.model_comparison": {
        "function": ("count_parameters", "best_accuracy", "fit", "compare"),
        "model": ("SequenceClassifier",),
    },
    "solutions.convolution.conv_seq2seq.conv_seq2seq": {
        "function": ("layer_widths",),
        "model": ("ConvolutionalEncoder", "ConvolutionalTranslator"),
    },
}

#: What is not registered as the snake_case of its own name: every backend calls its arrays
#: ``arrays``, and ``sigmoid`` is the layer.
_OTHER_NAMES = {"NumpyArrays": "arrays", "sigmoid": "sigmoid_function"}


@hookimpl
def register_implementations() -> Iterable[Implementation]:
    """Every implementation in NumPy."""
    return [
        Implementation(kind, _registry_name(name), PROVIDER, f"{module}:{name}")
        for module, kinds in _OFFERS.items()
        for kind, names in kinds.items()
        for name in names
    ]


def _registry_name(name: str) -> str:
    return _OTHER_NAMES.get(name, snake_case(name))
