
    import pytest
    from plugin_of_fixtures import attention

    pytestmark = [pytest.mark.task("RNN"), pytest.mark.points(1)]

    def test_shows(attention):
        attention(("<b>", "red"), (0.25, 0.75))
        assert {truth}

    def test_shows_nothing():
        pass
