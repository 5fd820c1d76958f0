"""A person at a browser, over HTTP. Every page that any test fetches is checked: house rules for free."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.people import Person
from tests.support.sessions import open_session_of

LANGUAGE = "pt-BR"


class Browser:
    """`get` and `post` answer a Page. `post` sends the CSRF token of the last page, as a form would."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.client = app.test_client()
        self._token = ""

    def log_in(self, person: Person, password: str = "") -> Browser:
        """With the session that the login form opens; with a password, through the form, as a person does."""
        if password:
            return self._fill_in_login(person, password)
        opened = open_session_of(self._app, person, self.client.environ_base["HTTP_USER_AGENT"])
        self._token = opened.csrf_token
        with self.client.session_transaction() as session:
            session.update(opened.session)
        return self

    def _fill_in_login(self, person: Person, password: str) -> Browser:
        self.get("/login")
        page = self.post("/login", email=person.email, password=password)
        assert page.status == 303, page.text
        self.get("/conversas", follow=True)
        return self

    def get(self, url: str, *, htmx: bool = False, follow: bool = False, **query: Any) -> Page:
        answer = self.client.get(url, query_string=query or None, headers=_headers(htmx), follow_redirects=follow)
        return self._seen(Page(answer, fragment=htmx))

    def post(self, url: str, *, htmx: bool = False, follow: bool = False, files: Any = None, **fields: Any) -> Page:
        data = {"csrf_token": self._token, **{key: value for key, value in fields.items() if value is not None}}
        data.update(files or {})
        answer = self.client.post(
            url,
            data=data,
            headers=_headers(htmx),
            follow_redirects=follow,
            content_type="multipart/form-data" if files else "application/x-www-form-urlencoded",
        )
        return self._seen(Page(answer, fragment=htmx))

    def _seen(self, page: Page) -> Page:
        self._token = page.csrf_token or self._token
        return page


def _headers(htmx: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if htmx else {}


class Page:
    """An answer, parsed and checked."""

    def __init__(self, answer: TestResponse, *, fragment: bool) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.is_html = answer.mimetype == "text/html"
        self.text = answer.get_data(as_text=True) if answer.mimetype.startswith(("text/", "application/json")) else ""
        self.soup = BeautifulSoup(self.text if self.is_html else "", "html5lib")
        self.location = answer.headers.get("Location", "")
        if self.is_html and self.text.strip() and self.status not in (301, 302, 303):
            self._check(fragment and "<html" not in self.text)

    @property
    def csrf_token(self) -> str:
        meta = self.soup.select_one("meta[name=csrf-token]")
        return str(meta["content"]) if meta else ""

    @property
    def words(self) -> str:
        """What a person reads, spaces folded, scripts and icons left out."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def errors(self) -> list[str]:
        """The messages beside fields, and those of the summary."""
        return [" ".join(e.get_text(" ").split()) for e in self.soup.select(".field-error, .error-summary li")]

    def one(self, selector: str) -> Tag:
        found = self.soup.select(selector)
        assert len(found) == 1, f"{len(found)} of {selector} in {self.words[:400]}"
        return found[0]

    def all(self, selector: str) -> list[Tag]:
        return list(self.soup.select(selector))

    def form_data(self, selector: str = "main form") -> dict[str, str]:
        """What a form would send if nothing were touched."""
        data: dict[str, str] = {}
        for field in self.soup.select(f"{selector} input, {selector} textarea, {selector} select"):
            name, kind = field.get("name"), field.get("type", "text")
            if not name or (kind in ("checkbox", "radio") and not field.has_attr("checked")):
                continue
            if field.name == "select":
                chosen = field.select_one("option[selected]") or field.select_one("option")
                data[str(name)] = str(chosen.get("value", "")) if chosen else ""
            elif field.name == "textarea":
                data[str(name)] = field.get_text().removeprefix("\n")
            else:
                data[str(name)] = str(field.get("value", "on" if kind == "checkbox" else ""))
        return data

    def _check(self, is_fragment: bool) -> None:
        soup = self.soup
        ids = Counter(str(tag["id"]) for tag in soup.select("[id]"))
        assert not [name for name, count in ids.items() if count > 1], f"ids twice: {ids.most_common(3)}"
        for form in soup.select("form"):
            if str(form.get("method", "get")).lower() == "post":
                assert form.select_one("input[name=csrf_token]"), f"form without CSRF field: {form.get('action')}"
                assert form.get("action"), "form without action"
        for field in soup.select("input:not([type=hidden]):not([type=submit]), textarea, select"):
            assert _labelled(soup, field), f"no label: {field}"
        for link in soup.select("[aria-describedby], [aria-labelledby]"):
            for attribute in ("aria-describedby", "aria-labelledby"):
                for target in str(link.get(attribute, "")).split():
                    assert target in ids, f"{attribute} points nowhere: {target}"
        for button in soup.select("button, a[href]"):
            assert button.get_text(strip=True) or button.get("aria-label"), f"no name: {button}"
        inline = [tag for tag in soup.find_all(True) if any(a == "style" or a.startswith("on") for a in tag.attrs)]
        assert not inline and not soup.select("script:not([src]), style"), f"inline script or style: {inline}"
        assert "Undefined" not in self.text and "None" not in soup.get_text().split(), "a missing value is shown"
        if not is_fragment:
            self._check_page()

    def _check_page(self) -> None:
        soup = self.soup
        html = soup.select_one("html")
        assert html and html.get("lang") == LANGUAGE
        headings = soup.select("h1")
        assert len(headings) == 1, f"{len(headings)} h1"
        assert soup.title and soup.title.string
        title = soup.title.string.split(" — ")[0].removeprefix("Erro: ").strip()
        heading = " ".join(headings[0].get_text(" ").split())
        assert title == heading, f"title {title!r} and h1 {heading!r} differ"
        assert soup.select_one("main"), "no main"


def _labelled(soup: BeautifulSoup, field: Tag) -> bool:
    if field.get("aria-label") or field.get("aria-labelledby") or field.find_parent("label"):
        return True
    return bool(field.get("id") and soup.select_one(f'label[for="{field["id"]}"]'))
