"""The pages in Chromium: whole on every screen, in light and dark, with and without JavaScript."""

import pytest
from browser import PHONE, WIDE, chromium, tab
from large_class import HOSTILE_NAMES
from repository import text_of

from plugins.classes.pages.site import MENU, write_site

#: Pairs of colours of text and background, of everything with a text of its own.
CONTRASTS = text_of("texts/in_browser/contrasts.js")
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def folder(site, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "pages"
    write_site(site.pages, folder)
    return folder


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def shown_rows(page):
    return page.locator("#students tbody tr:visible")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        pytest.param(WIDE, "light", id="wide-light"),
        pytest.param(PHONE, "dark", id="phone-dark"),
        pytest.param(WIDE, "dark", id="wide-dark", marks=pytest.mark.slow),
        pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.slow),
    ],
)
def test_every_page_fits_its_screen_with_readable_colours(browser, folder, site, scheme, size):
    one_of_each = [
        *MENU,
        next(iter(site.view.pages_of_students)),
        next(iter(site.view.pages_of_work)),
    ]
    with tab(browser, size, color_scheme=scheme) as page:
        for path in one_of_each:
            page.goto((folder / path).as_uri())
            assert page.evaluate(FITS), path
            assert page.evaluate(CONTRASTS) == [], path


def test_hostile_names_run_nothing_and_are_shown(browser, folder):
    with tab(browser) as page:
        page.goto((folder / "students.html").as_uri())
        text = page.inner_text("#students")
        assert all(name in text for name in HOSTILE_NAMES if name.isascii() and name.isprintable())
        assert page.locator("#students img, #students script").count() == 0


def test_a_search_finds_names_without_accents_and_counts_them(browser, folder, site):
    with tab(browser) as page:
        page.goto((folder / "index.html").as_uri())
        page.keyboard.press("/")
        page.keyboard.type("garcia lopez")
        page.keyboard.press("Enter")
        page.wait_for_url("**/students.html?*")
        wanted = sum(
            "García López" in student.name for student in site.view.results.students.values()
        )
        assert shown_rows(page).count() == wanted > 0
        assert page.inner_text("#found") == f"{wanted} students"


def test_a_click_sorts_by_a_column_and_a_second_one_in_reverse(browser, folder):
    with tab(browser) as page:
        page.goto((folder / "students.html").as_uri())
        total = page.get_by_role("button", name="total")
        cells = "document.querySelectorAll('#students tbody td:nth-child(2)')"
        values = f"[...{cells}].map(cell => +cell.dataset.value)"
        total.click()
        assert page.evaluate(values) == sorted(page.evaluate(values), reverse=True)
        total.click()
        assert page.evaluate(values) == sorted(page.evaluate(values))
        assert page.locator("#students th[aria-sort=ascending]").count() == 1


def test_the_name_of_an_exercise_leads_to_its_tasks_and_can_be_sorted_by(browser, folder):
    with tab(browser) as page:
        page.goto((folder / "students.html").as_uri())
        page.get_by_role("button", name="sort by lstm").click()
        assert page.locator("#students th[aria-sort=descending]").inner_text().startswith("lstm")
        page.get_by_role("link", name="lstm").click()
        page.wait_for_url("**/exercises/lstm.html")


def test_arrow_keys_move_between_cells_and_enter_opens_a_report(browser, folder):
    with tab(browser) as page:
        page.goto((folder / "students.html").as_uri())
        page.locator("#students tbody th a").first.focus()
        page.keyboard.press("ArrowRight")  # past the total, which leads nowhere
        page.keyboard.press("ArrowDown")
        focused = "document.activeElement.closest"
        location = f"[{focused}('tr').rowIndex, {focused}('td').cellIndex]"
        assert page.evaluate(location) == [2, 2]
        page.keyboard.press("Enter")
        page.wait_for_url("**/work/*.html")
        assert page.locator(".source.numbered").count() == 1


def test_every_control_is_reached_by_tab_with_a_visible_focus(browser, folder):
    with tab(browser) as page:
        page.goto((folder / "index.html").as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        for _ in range(len(MENU) + 2):
            page.keyboard.press("Tab")
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_everything_can_be_read_without_javascript(browser, folder, site):
    with tab(browser, java_script_enabled=False) as page:
        page.goto((folder / "students.html").as_uri())
        assert shown_rows(page).count() == len(site.view.results.students)
        page.goto((folder / "mistakes.html").as_uri())
        assert page.evaluate("document.body.scrollHeight") < 3_000
        summary = page.locator("details summary").first
        summary.click()
        assert page.locator("details[open] pre").first.is_visible()


def test_names_are_whole_on_a_phone(browser, folder):
    with tab(browser, PHONE) as page:
        page.goto((folder / "students.html").as_uri())
        cut = """[...document.querySelectorAll('#students tbody th')].filter(
            (cell) => cell.scrollWidth > cell.clientWidth + 1
                || getComputedStyle(cell).textOverflow === 'ellipsis').length"""
        assert page.evaluate(cut) == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_class_of_a_thousand_students(browser, pages_of, tmp_path):
    site = pages_of(1000)
    write_site(site.pages, tmp_path / "pages")
    for size in (WIDE, PHONE):
        with tab(browser, size) as page:
            for path in MENU:
                page.goto((tmp_path / "pages" / path).as_uri())
                assert page.evaluate(FITS), path
            page.goto((tmp_path / "pages" / "students.html").as_uri())
            assert shown_rows(page).count() == 1000
            page.fill("#search", "s0999")
            assert shown_rows(page).count() == 1
