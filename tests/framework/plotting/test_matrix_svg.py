"""Matrices of shares as SVG: a cell for each share, and the names beside them."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from framework.plotting.charts import Matrix
from framework.plotting.matrix_svg import matrix_svg, save_matrices, save_matrix

SVG = "{http://www.w3.org/2000/svg}"
MATRIX = Matrix("A <title>", ("lo", "kato"), ("the", "cat", "</s>"), ((1, 0, 0), (0.25, 0.75, 0)))


def test_each_share_is_a_cell_as_dark_as_it_is_large():
    root = ET.fromstring(matrix_svg(MATRIX))
    cells = [cell for cell in root.iter("rect") if cell.get("class") == "cell"]
    shown = [float(cell.get("fill-opacity")) for cell in cells]
    assert shown == [1, 0, 0, 0.25, 0.75, 0]
    rows = {float(cell.get("y")) for cell in cells[:3]}
    columns = {float(cell.get("x")) for cell in cells[::3]}
    assert len(rows) == len(columns) == 1
    assert [text.text for text in root.iter("text")] == ["the", "cat", "</s>", "lo", "kato"]


def test_a_file_has_the_title(tmp_path):
    save_matrix(MATRIX, tmp_path / "new" / "m.svg")
    root = ET.parse(tmp_path / "new" / "m.svg").getroot()
    titles = [text.text for text in root.iter() if text.get("class") == "title"]
    assert titles == ["A <title>"]


def test_rows_of_matrices_stand_beside_and_below_each_other(tmp_path):
    second = replace(MATRIX, title="Another")
    save_matrices("All", [[MATRIX, second], [MATRIX]], tmp_path / "all.svg")
    root = ET.parse(tmp_path / "all.svg").getroot()
    drawn = root.findall(f"{SVG}svg")
    places = [tuple(float(item.get(key)) for key in ("x", "y")) for item in drawn]
    width, height = (float(drawn[0].get(key)) for key in ("width", "height"))
    top = places[0][1]
    assert places == [(0, top), (width, top), (0, top + height)]
    assert (float(root.get("width")), float(root.get("height"))) == (2 * width, top + 2 * height)
    titles = [text.text for text in root.iter() if text.get("class") == "title"]
    assert titles == ["All", "A <title>", "Another", "A <title>"]
