"""The systems that the lectures name, each with its exercise and its commands."""

from __future__ import annotations

from dataclasses import dataclass

#: The score in the last lines of `gradus train`.
SCORE = r"(?:held-out|test) (?:\w+ ){1,2}[\d.]+%?(?: \(best possible [\d.]+%?\))?"
#: The first line that a command prints.
FIRST = r"\A.+"


@dataclass(frozen=True)
class System:
    """A system, and how to see it work.

    Args:
        name: its name in the lectures, with the section.
        exercise: the exercise that builds it.
        commands: they run one after the other in one folder.
        shown: pattern of what the last command prints; its last match stands in the table.
        real: a row of `docs/results.md`, by its name, or "".
    """

    name: str
    exercise: str
    commands: tuple[str, ...]
    shown: str = SCORE
    real: str = ""


SYSTEMS = (
    System("WordNet (L1, 1.3)", "lexicon", ("gradus lexicon panda",), r"hypernyms of .+"),
    System(
        "skip-gram, naive softmax (L1, 2 to 4)",
        "word2vec",
        (
            "gradus train skip_gram --loss softmax_cross_entropy --epochs 1",
            "gradus neighbors the --vectors checkpoints/skip_gram.safetensors",
        ),
        FIRST,
    ),
    System(
        "skip-gram, negative sampling (L1, 4.3)",
        "negative_sampling",
        (
            "gradus train skip_gram --epochs 1",
            "gradus neighbors the --vectors checkpoints/skip_gram.safetensors",
        ),
        FIRST,
    ),
    System(
        "CBOW (L1, 2.2)",
        "cbow",
        (
            "gradus train cbow --epochs 1",
            "gradus neighbors the --vectors checkpoints/cbow.safetensors",
        ),
        FIRST,
    ),
    System(
        "window classifier of names (N3, 1.3)",
        "window_classifier",
        ("gradus train window_classifier --epochs 2",),
    ),
    System(
        "window scorer, max-margin (N3, 1.4)",
        "backpropagation",
        ("gradus train window_scorer --loss max_margin_loss:margin=0.5 --epochs 2",),
    ),
    System("n-grams with backoff (L6, 1.5)", "ngram", ("gradus train ngram --order 3",)),
    System(
        "Kneser-Ney (L6, 1.8)",
        "kneser_ney",
        ("gradus train kneser_ney --order 5",),
        real="kneser_ney_5",
    ),
    System("window language model (L6, 1.12)", "window_lm", ("gradus train window_lm --epochs 1",)),
    System("recurrent language model (L6, 2)", "rnn_lm", ("gradus train rnn_lm --epochs 1",)),
    System(
        "next words of a keyboard (L6, 1.3)",
        "rnn_lm",
        (
            "gradus train rnn_lm --epochs 1",
            "gradus complete checkpoints/rnn_lm.safetensors 'the keys'",
        ),
        FIRST,
    ),
    System(
        "sentence encoder (L6, 3.5)",
        "sentence_encoder",
        (
            "gradus train text_classifier:sentence_encoder --set embedding_size=12 "
            "--set hidden_size=24 --epochs 1",
        ),
    ),
    System(
        "conditional language model (L6, 3.6)",
        "conditional_lm",
        ("gradus train conditional_lm --clip 5 --epochs 1",),
    ),
    System("bidirectional tagger (L7, 4.5)", "rnn_tagger", ("gradus train rnn_tagger --epochs 1",)),
    System(
        "Kim's network (L11, 2)",
        "text_cnn",
        ("gradus train text_cnn --epochs 1",),
        real="kim_2014_trec",
    ),
    System(
        "convolutional translator (L11, 3.8)",
        "conv_seq2seq",
        ("gradus train conv_seq2seq --learning-rate 0.01 --epochs 1",),
    ),
    System(
        "gradient descent, Momentum, AdaGrad, RMSProp, Adam (N3, 2.8 to 2.10)",
        "optimizers",
        ("gradus train window_classifier --optimizer ada_grad --learning-rate 0.1 --epochs 2",),
    ),
    System(
        "annealing (N3, 2.7)",
        "learning_rates",
        ("gradus train rnn_lm --schedule exponential_decay:decay=0.002 --epochs 2",),
    ),
    System(
        "L2 penalty (N3, 2.2)",
        "regularization",
        ("gradus train window_classifier --penalty l2_penalty:strength=1e-4 --epochs 2",),
    ),
    System(
        "dropout in a recurrent network (N3, 2.3)",
        "dropout",
        (
            "gradus train rnn_lm --cell lstm --dropout "
            "recurrent_dropout:keep_probability=0.9,drop=weights --epochs 1",
        ),
    ),
    System(
        "whitening (N3, 2.5)",
        "preprocessing",
        ("gradus train window_scorer --transform whitening --epochs 2",),
    ),
    System(
        "Xavier initialization (N3, 2.6)",
        "initialization",
        ("gradus train rnn_lm --initializer xavier_uniform --epochs 1",),
    ),
    System(
        "language model of characters (L6, 2.12)",
        "lm_training",
        ("gradus train rnn_lm --tokens characters --epochs 1",),
    ),
    System(
        "beam search with a rule (L6, 2.12)",
        "sampling",
        (
            "gradus train rnn_lm --epochs 1",
            "gradus sample checkpoints/rnn_lm.safetensors --beam 4 --must garden",
        ),
        FIRST,
    ),
    System(
        "LSTM (L7, 3)",
        "lstm",
        ("gradus train rnn_lm --cell lstm --epochs 1",),
        real="zaremba_small",
    ),
    System("GRU (L7, 4.1)", "gru", ("gradus train rnn_lm --cell gru --epochs 1",)),
    System(
        "stack with residual connections (L7, 4.10 to 4.12)",
        "stacked",
        ("gradus train rnn_lm --cell lstm --layers 4 --skip residual --epochs 1",),
    ),
    System(
        "deep averaging of word vectors (L11, 2.4)",
        "bag_of_vectors",
        ("gradus train bag_of_vectors --epochs 1",),
    ),
    System(
        "VD-CNN, 9 layers (L11, 4)",
        "deep_text_cnn",
        (
            "gradus train text_classifier:deep_text_cnn --tokens characters --set length=128 "
            "--set depth=9 --set maps=8 --set k=2 --set embedding_size=8 --set hidden_size=32 "
            "--epochs 1",
        ),
        real="conneau_2017_9",
    ),
    System(
        "QRNN (L11, 5)",
        "qrnn",
        ("gradus train rnn_lm --cell qrnn --epochs 1",),
        real="bradbury_2016",
    ),
    System(
        "tags from characters (L11, 3.9)",
        "highway_char_cnn",
        ("gradus train character_tagger --corpus suffixes --epochs 1",),
    ),
    System(
        "language model on characters of words (L11, 3.10)",
        "highway_char_cnn",
        ("gradus train rnn_lm --cell lstm --character-filters 10 --epochs 1",),
        real="kim_2016_small",
    ),
    System(
        "translation (L11, 3.8)",
        "conv_seq2seq",
        (
            "gradus train conv_seq2seq --learning-rate 0.01 --epochs 1",
            "gradus translate checkpoints/conv_seq2seq.safetensors --text 'the red cat sees a dog'",
        ),
        FIRST,
    ),
)
