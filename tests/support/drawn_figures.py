"""What the figures of exercises show: their texts, in the order of drawing."""

from xml.etree import ElementTree as ET

from repository import ROOT

SVG = "{http://www.w3.org/2000/svg}"


def root_of(figure):
    """Return the root of a figure, named ``UNIT/EXERCISE/FIGURE.svg``."""
    return ET.parse(ROOT / "exercises" / figure).getroot()


def texts_of(figure):
    """Return the texts of a figure."""
    return ["".join(text.itertext()).strip() for text in root_of(figure).iter(f"{SVG}text")]
