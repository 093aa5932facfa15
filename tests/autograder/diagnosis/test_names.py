"""Names of mistakes that students make, each in another form than its list has."""

import tomllib
from itertools import chain

import pytest
from repository import text_of

FORMS = tomllib.loads(text_of("texts/diagnosis/names.toml"))
#: Those that the default run tries.
QUICK = ("losses/loss-of-shape-one", "negative_sampling/summed-gradient")


@pytest.mark.parametrize(
    "form",
    [form if form in QUICK else pytest.param(form, marks=pytest.mark.slow) for form in FORMS],
)
def test_a_mistake_of_students_is_named(changed, form):
    told = changed(form.split("/")[0], *chain(*FORMS[form]["changes"])).diagnoses()
    assert FORMS[form]["named"] in {one.id for one in told.values()}
