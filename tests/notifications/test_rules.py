"""When an e-mail is due, what it says, and the settings by which it is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import config
from portal.notifications.rules import LISTED, MAX_TRIES, Told, address, is_due, is_quiet, kind_of, one_line, words_of

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tries", "minutes", "due"),
    [
        (0, 0, True),
        (1, 1, False),
        (1, 2, True),
        (2, 9, False),
        (2, 10, True),
        (3, 60, True),
        (4, 359, False),
        (4, 360, True),
        (MAX_TRIES, 700, False),
        (0, 24 * 60, False),
    ],
)
def test_each_try_has_its_time(tries: int, minutes: int, due: bool) -> None:
    assert is_due(NOW, tries, NOW + timedelta(minutes=minutes)) is due


def test_only_kinds_that_come_in_bursts_are_held_back() -> None:
    just_now = NOW - timedelta(minutes=9)
    assert is_quiet("fallback", just_now, NOW) and not is_quiet("stopped", just_now, NOW)
    assert not is_quiet("fallback", NOW - timedelta(minutes=10), NOW) and not is_quiet("fallback", None, NOW)
    assert kind_of("fallback:12") == "fallback" and kind_of("plain") == "plain"


def test_a_long_burst_is_cut_and_says_so() -> None:
    words = words_of([Told("Aviso", f"texto {n}", "/x") for n in range(LISTED + 5)], "Ana", "https://p.example")
    assert "E mais 5." in words.plain and f"texto {LISTED - 1}" in words.plain and f"texto {LISTED}" not in words.plain


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_is_told_makes_one_line_and_no_markup(title: str, text: str, url: str, name: str) -> None:
    words = words_of([Told(title, text, url)], name, "https://p.example")
    assert one_line(words.subject) == words.subject
    rest = words.html
    for own in ("!doctype html", 'html lang="pt-BR"', "body", "p", "/p", "hr", "small", "/small", "/a", "/body", "br"):
        rest = rest.replace(f"<{own}>", "")
    assert rest.count("<") == 2 and '<a href="https://p.example/' in rest and "</html>" in rest


@pytest.mark.parametrize(
    "path", ["", "x", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/a\nb"]
)
def test_an_address_that_is_not_ours_leads_to_the_list(path: str) -> None:
    assert address("https://p.example", path) == "https://p.example/notificacoes"


def load(tmp_path: Path, url: str, sender: str = "avisos@empresa.example") -> config.MailServer | None:
    found: config.MailServer | None = config.load(
        {"PORTAL_SMTP_URL": url, "PORTAL_MAIL_FROM": sender}, tmp_path / "instance"
    )["MAIL_SERVER"]
    return found


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("", None),
        ("smtp://127.0.0.1", config.MailServer("127.0.0.1", 25)),
        ("smtp://mail.example:2525", config.MailServer("mail.example", 2525)),
        ("smtps://a:b@mail.example", config.MailServer("mail.example", 465, tls=True, user="a", password="b")),
        (
            "smtp://a%40b.example:s%2Fe%3An@mail.example?starttls=1",
            config.MailServer("mail.example", 587, starttls=True, user="a@b.example", password="s/e:n"),
        ),
    ],
)
def test_mail_servers(tmp_path: Path, url: str, server: config.MailServer | None) -> None:
    assert load(tmp_path, url) == server
    assert "s/e:n" not in repr(load(tmp_path, url))


@pytest.mark.parametrize(
    "url",
    [
        "http://a:senha-1@x",
        "smtp://",
        "smtp://a:senha-1@mail.example",
        "smtp://x:senha-1",
        "smtps://a:senha-1@x?starttls=1",
    ],
)
def test_a_wrong_mail_server_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(config.ConfigError, match="PORTAL_SMTP_URL") as error:
        load(tmp_path, url)
    assert "senha-1" not in str(error.value)


@pytest.mark.parametrize("sender", ["", "nobody", "a@b", "Empresa\nBcc: x@y.example <a@b.example>", "é@b.example"])
def test_a_wrong_sender_is_told(tmp_path: Path, sender: str) -> None:
    with pytest.raises(config.ConfigError, match="PORTAL_MAIL_FROM"):
        load(tmp_path, "smtp://127.0.0.1", sender)
