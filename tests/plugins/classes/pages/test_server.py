"""The server: shown to those with the token alone, under known names, and only read."""

import http.client

import pytest
from gradus_command import gradus
from serving_support import TOKEN, Running

from framework.errors import BadInputError, UsageError
from plugins.classes.pages.server import host_name, open_socket


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    started = Running(tmp_path_factory.mktemp("served") / "lab1", 20, is_finished=False)
    yield started
    started.stop()


@pytest.fixture
def ask(running):
    """`ask("/index.html", method, **headers)`: status, headers, body."""

    def asked(path, method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        result = answer.status, dict(answer.getheaders()), answer.read(100_000)
        connection.close()
        return result

    return asked


@pytest.fixture
def cookie(ask):
    _, headers, _ = ask(f"/index.html?token={TOKEN}")
    return headers["set-cookie"]


def test_the_token_becomes_a_cookie_that_no_script_and_no_other_site_has(ask, cookie):
    status, headers, _ = ask(f"/students.html?q=ana&token={TOKEN}")
    assert (status, headers["location"]) == (303, "/students.html?q=ana")
    assert "httponly" in cookie.lower() and "samesite=strict" in cookie.lower()
    assert ask("/index.html", cookie=cookie)[0] == 200


@pytest.mark.parametrize("path", ["/", "/index.html", "/progress", "/points.csv"])
def test_nothing_is_shown_without_the_token(ask, path):
    for target in (path, f"{path}?token=guess", f"{path}?token="):
        status, _, body = ask(target)
        assert status == 403 and b"token" in body
    assert ask(path, cookie="gradus-80=a-token")[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil"])
def test_another_host_name_is_refused_even_with_the_token(ask, cookie, host):
    assert ask("/index.html", host=host, cookie=cookie)[0] == 403
    assert ask(f"/?token={TOKEN}", host=host)[0] == 403


def test_names_that_were_allowed_are_known(ask, running):
    for host in ("localhost", "[::1]", "GRADES.example"):
        assert ask(f"/?token={TOKEN}", host=f"{host}:{running.port}")[0] == 303


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(ask, cookie, method):
    assert ask("/index.html", method, cookie=cookie)[0] == 405


def test_every_answer_has_the_policy_and_is_kept_nowhere(ask, cookie):
    for path in ("/index.html", "/no-such-page", "/pages.css"):
        for given in ({}, {"cookie": cookie}):
            _, headers, _ = ask(path, **given)
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"


def test_paths_outside_of_the_pages_do_not_exist(ask, cookie):
    for path in ("/../../etc/passwd", "/%2e%2e/collection.json", "/collection.json", "/work/x"):
        assert ask(path, cookie=cookie)[0] == 404


def test_pages_are_those_of_the_report_with_the_progress_of_the_run(ask, cookie):
    _, headers, body = ask("/index.html", cookie=cookie)
    assert headers["content-type"].startswith("text/html") and b'data-live="/progress"' in body
    assert ask("/pages.js", cookie=cookie)[1]["content-type"].startswith("text/javascript")


def test_students_are_searched_without_a_script(ask, cookie):
    _, _, all_of_them = ask("/students.html", cookie=cookie)
    _, _, result = ask("/students.html?q=S0003", cookie=cookie)
    assert result.count(b"<tr>") == 2 < all_of_them.count(b"<tr>")


def test_the_name_of_a_host_is_read_with_and_without_port():
    assert [host_name(text) for text in ("a:80", "A", "[::1]:9", "[::1]")] == [
        "a", "a", "[::1]", "[::1]"
    ]  # fmt: skip


def test_other_machines_are_refused_unless_a_name_is_given():
    with pytest.raises(UsageError, match="--allow-host"):
        open_socket("0.0.0.0", 0, ())


def test_a_port_in_use_is_an_error_with_its_cause(running):
    with pytest.raises(BadInputError, match="cannot listen"):
        open_socket("127.0.0.1", running.port, ())


def test_the_command_names_what_is_missing(tmp_path):
    with pytest.raises(BadInputError, match="no collection"):
        gradus("class", "serve", "--in", tmp_path)


def test_a_path_that_names_another_server_is_redirected_to_this_one(ask):
    status, headers, _ = ask(f"//evil.example/x?token={TOKEN}")
    assert (status, headers["location"]) == (303, "/evil.example/x")


def test_the_page_of_answers_says_that_a_run_has_none(ask, cookie):
    status, _, body = ask("/answers.html?answer=%ff&question=<b>", cookie=cookie)
    assert status == 200 and b"Every answer has points" in body and b"<b>" not in body
