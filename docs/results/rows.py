"""The rows of the page: what was published, and the command that measures it here."""

from __future__ import annotations

from dataclasses import dataclass

_TREEBANK = "--corpus ptb.train.txt --held-out ptb.valid.txt --test ptb.test.txt"
_GPU = "--backend torch --device cuda"
_CPU = "--backend torch"


@dataclass(frozen=True)
class Row:
    """A published figure.

    Attributes:
        name: of the file ``NAME.json`` with our measurement, written by `command` and ``--json``.
        title: the paper and the model.
        measure: what the figure is.
        paper: the figure.
        recipe: the recipe of the command.
        command: what measures it here.
        benchmark: a model of ``docs/bench/cpu.json`` of the same sizes, whose speed gives the hours
            of a run on the Penn Treebank; empty: there is none.
        shown: the first word of the line that has the figure, among the lines `shown` of a run;
            empty: the figure is the `score`.
    """

    name: str
    title: str
    measure: str
    paper: float
    recipe: str
    command: str
    benchmark: str = ""
    shown: str = ""


def _language_model(recipe: str, where: str) -> str:
    return f"gradus train recurrent_lm --recipe {recipe} {where} {_TREEBANK}"


def _very_deep(depth: int) -> str:
    return (
        f"gradus train text_classifier:deep_text_cnn --recipe conneau_2017 {_GPU} "
        f"--corpus ag_news --data DIR --set depth={depth}"
    )


_SHAKESPEARE = "--corpus train.txt --held-out valid.txt --test valid.txt"
_BY_CHARACTER = "perplexity by character on the last tenth of tiny Shakespeare"
_PERPLEXITY = "test perplexity on the Penn Treebank"
_KIM = f"gradus train text_cnn --recipe kim_2014 {_CPU}"
_AG_NEWS = "test accuracy in % on AG News"

ROWS = (
    *(
        Row(
            f"kneser_ney_{order}",
            f"Kneser-Ney, {order}-grams (Mikolov et al. 2011)",
            _PERPLEXITY,
            paper,
            "mikolov_2011",
            f"gradus train kneser_ney --recipe mikolov_2011 --order {order} {_TREEBANK}",
        )
        for order, paper in ((3, 148.3), (5, 141.2))
    ),
    Row(
        "zaremba_small",
        "Zaremba et al. (2014), small",
        _PERPLEXITY,
        114.5,
        "zaremba_small",
        _language_model("zaremba_small", _CPU),
    ),
    Row(
        "zaremba_medium",
        "Zaremba et al. (2014), medium",
        _PERPLEXITY,
        82.7,
        "zaremba_medium",
        _language_model("zaremba_medium", _GPU),
        "zaremba_medium",
    ),
    Row(
        "zaremba_large",
        "Zaremba et al. (2014), large",
        _PERPLEXITY,
        78.4,
        "zaremba_large",
        _language_model("zaremba_large", _GPU),
        "zaremba_large",
    ),
    Row(
        "kim_2016_small",
        "Kim et al. (2016), small",
        _PERPLEXITY,
        92.3,
        "kim_2016_small",
        _language_model("kim_2016_small", _CPU),
    ),
    Row(
        "bradbury_2016",
        "QRNN (Bradbury et al. 2016)",
        _PERPLEXITY,
        79.9,
        "bradbury_2016",
        _language_model("bradbury_2016", _GPU),
    ),
    Row(
        "tiny_shakespeare",
        "Transformer, nanoGPT for a CPU (Karpathy 2022)",
        _BY_CHARACTER,
        6.55,
        "tiny_shakespeare",
        f"gradus train transformer_lm --recipe tiny_shakespeare {_CPU} {_SHAKESPEARE}",
    ),
    Row(
        "tiny_shakespeare_gpu",
        "Transformer, nanoGPT for a GPU (Karpathy 2022)",
        _BY_CHARACTER,
        4.35,
        "tiny_shakespeare_gpu",
        f"gradus train transformer_lm --recipe tiny_shakespeare_gpu {_GPU} {_SHAKESPEARE}",
    ),
    Row(
        "kim_2014_trec",
        "Kim (2014), CNN-rand, TREC",
        "test accuracy in %",
        91.2,
        "kim_2014",
        f"{_KIM} --corpus trec --data DIR --seeds 5",
    ),
    Row(
        "kim_2014_mr",
        "Kim (2014), CNN-rand, MR",
        "test accuracy in %",
        76.1,
        "kim_2014",
        f"{_KIM} --corpus mr --data DIR --folds 10",
    ),
    *(
        Row(
            f"conneau_2017_{depth}",
            f"VD-CNN (Conneau et al. 2017), {depth} layers",
            _AG_NEWS,
            paper,
            "conneau_2017",
            _very_deep(depth),
        )
        for depth, paper in ((9, 90.83), (17, 91.12), (29, 91.27))
    ),
    Row(
        "multi30k",
        "Translator with attention, Multi30k, German to English (public tutorials)",
        "BLEU on test_2016_flickr, by `gradus evaluate`",
        33,
        "multi30k",
        f"gradus train attentive_translator --recipe multi30k {_CPU} --corpus multi30k --data DIR",
        shown="BLEU",
    ),
    Row(
        "multi30k_transformer",
        "Transformer, Multi30k, German to English, subwords (public implementations)",
        "BLEU on test_2016_flickr, by `gradus evaluate`",
        36,
        "multi30k_transformer",
        "gradus train pairs:transformer_translator --recipe multi30k_transformer "
        f"{_CPU} --corpus multi30k --data DIR",
        shown="BLEU",
    ),
)
