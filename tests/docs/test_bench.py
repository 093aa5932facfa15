"""`docs/performance.md` has the tables of the measurements in `docs/bench`."""

import json

from docs.bench import __main__ as script
from docs.bench.page import BEGIN, END, PAGE, with_table

MODEL = {
    "model": "lstm",
    "about": "LSTM, H = 64",
    "unit": "tokens",
    "goal": 0.97,
    "programs": {"ours": {"units per second": 1234.5}},
    "speed of ours over": {"torch.nn": {"median": 1.014, "lower bound": 0.99}},
}


def test_the_page_is_what_the_measurements_say(capsys):
    assert script.main(["--check"]) == 0, capsys.readouterr().out


def test_a_row_for_each_program_beside_ours(tmp_path):
    results = {"setting": {"device": "cpu (A)", "threads": 1}, "models": [MODEL]}
    (tmp_path / "a.json").write_text(json.dumps(results), "utf-8")
    text = with_table(f"before\n{BEGIN}\nold\n{END}\nafter", tmp_path)
    assert "Measured: device cpu (A), threads 1.\n" in text
    assert "\n| `lstm` | torch.nn | 1,234 tokens | 1.01 | 0.99 | 0.97 |\n" in text
    assert "\n- `lstm`: LSTM, H = 64\n" in text
    assert text.startswith("before\n") and text.endswith("\nafter") and "old" not in text
    assert with_table(text, tmp_path) == text


def test_scores_stand_below_the_speeds(tmp_path):
    programs = {
        "ours": {"units per second": 2.0, "scores": {"RG-65": 0.31859}},
        "gensim": {"units per second": 1.0, "scores": {"RG-65": -0.0117}},
    }
    results = {"setting": {"threads": 1}, "models": [MODEL, {**MODEL, "programs": programs}]}
    (tmp_path / "a.json").write_text(json.dumps(results), "utf-8")
    text = with_table(f"{BEGIN}\n{END}", tmp_path)
    assert text.count("Scores of") == 1
    assert "| program | RG-65 |\n| --- | --- |\n| ours | 0.319 |\n| gensim | -0.012 |\n" in text


def test_an_old_page_is_found_and_written(tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\nold\n{END}\n", "utf-8")
    monkeypatch.setattr(script, "PAGE", page)
    assert script.main(["--check"]) == 1
    assert "run `python -m docs.bench`" in capsys.readouterr().out
    assert script.main([]) == 0 and script.main(["--check"]) == 0
    assert BEGIN in PAGE.read_text("utf-8")
