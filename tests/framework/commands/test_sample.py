"""`gradus sample`: text from a checkpoint, by every way of choosing words."""

import pytest
from typer.testing import CliRunner

from framework.cli import app


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a small trained model."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "corpus.txt").write_text("the old cat sees the dog\nthe dog sees a cat\n" * 40)
    return folder


@pytest.fixture(scope="module")
def gradus(folder):
    def gradus(*words):
        result = CliRunner().invoke(app, list(map(str, words)))
        assert result.exit_code == 0, result.output
        return result.output

    checkpoint = folder / "model.safetensors"
    sizes = ("--embedding-size", 8, "--hidden-size", 12, "--epochs", 20, "--learning-rate", 0.05)
    gradus("train", "rnn_lm", "--corpus", folder / "corpus.txt", *sizes, "--out", checkpoint)
    return lambda *words: gradus("sample", checkpoint, *words)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_one_likeliest_word_is_the_greedy_text(gradus, backend):
    greedy = gradus("--temperature", 0, "--length", 12, "--backend", backend)
    assert gradus("--top-k", 1, "--length", 12, "--backend", backend) == greedy
    assert gradus("--top-p", 0.01, "--length", 12, "--backend", backend) == greedy


def test_unlikely_words_are_left_out(gradus):
    wild = {gradus("--temperature", 9, "--seed", seed) for seed in range(3)}
    tame = {gradus("--temperature", 9, "--seed", seed, "--top-k", 1) for seed in range(3)}
    assert len(wild) == 3
    assert len(tame) == 1


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_beam_writes_one_sentence(gradus, backend):
    text = gradus("--beam", 4, "--prompt", "the old", "--length", 30, "--backend", backend)
    assert text.startswith("the old cat ")
    assert text.count("\n") == 1, "the likeliest sentence, and no other"
