"""Charts in characters: where lines, numbers and names stand."""

from framework.plotting.charts import Chart, Line
from framework.plotting.text_chart import HEIGHT, WIDTH, text_chart


def drawn(*lines):
    title, *rows, axis, numbers, legend = text_chart(Chart("A title", "epoch", "loss", lines))
    assert len(rows) == HEIGHT
    cells = [row.partition("│")[2].ljust(WIDTH) for row in rows]
    labels = [row.partition("│")[0].strip() for row in rows]
    return title, cells, labels, axis, numbers, legend


def test_a_curve_falls_from_the_left_top_to_the_right_bottom():
    title, cells, labels, axis, numbers, legend = drawn(Line("own", (1.0, 3.0), (5.0, 1.0)))
    assert title == "A title"
    assert cells[0][0] == cells[-1][-1] == "*"
    assert [column.count("*") for column in zip(*cells, strict=True)] == [1] * WIDTH
    assert (labels[0], labels[-1]) == ("5", "1")
    assert axis.strip() == "└" + "─" * WIDTH
    assert numbers.split() == ["1", "2", "3", "epoch"]
    assert legend.strip() == "* own"


def test_the_first_line_is_shown_where_lines_meet():
    own, best = Line("own", (1.0, 2.0), (2.0, 2.0)), Line("best", (1.0, 2.0), (2.0, 1.0))
    _, cells, *_, legend = drawn(own, best)
    assert cells[0] == "*" * WIDTH
    assert cells[-1].strip() == "o" * len(cells[-1].strip())
    assert cells[-1][-1] == "o"
    assert legend.strip() == "* own   o best"


def test_points_between_columns_keep_their_order():
    xs = tuple(float(x) for x in range(500))
    _, cells, *_ = drawn(Line("own", xs, xs))
    assert cells[-1][0] == cells[0][-1] == "*"
