"""A person in front of a browser, over plain HTTP: the twin of journey.mjs, with the standard library alone."""

import http.client
import re
import ssl
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

STEPS_MAX = 16
VOID_OF_TEXT = ("script", "style", "head")


class Page(HTMLParser):
    """The forms of a page with their fields and buttons, and its visible text."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.forms = []
        self.words = []
        self._open = None
        self._hidden = 0
        self.feed(html)
        self.close()

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        has = {name: value or "" for name, value in attrs}
        if tag in VOID_OF_TEXT:
            self._hidden += 1
        if tag == "form":
            self._open = {
                "method": has.get("method", "get").lower(),
                "action": has.get("action", ""),
                "fields": [],
                "buttons": [],
            }
            self.forms.append(self._open)
        elif tag in ("input", "button", "textarea") and self._open is not None and "disabled" not in has:
            self._place(tag, has)

    def _place(self, tag, has):
        kind = has.get("type", "submit" if tag == "button" else "text").lower()
        box = kind in ("checkbox", "radio")
        one = {
            "name": has.get("name", ""),
            "type": kind,
            "value": has.get("value", "on" if box else ""),
            "checked": "checked" in has,
        }
        if kind in ("submit", "image"):
            self._open["buttons"].append(one)
        elif kind not in ("button", "reset"):
            self._open["fields"].append(one)

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None
        if tag in VOID_OF_TEXT:
            self._hidden -= 1

    def handle_data(self, data):
        if self._hidden == 0:
            self.words.append(data)


class Answer:
    """Status, headers and text of one answer."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode("utf-8", "replace")


class Browser:
    """A browser of one hub: its cookies, no script."""

    def __init__(self, ca_file):
        self._context = ssl.create_default_context(cafile=ca_file)
        self._cookies = {}

    def ask(self, address, form=None):
        """One request with the cookies that are there; redirects are not followed."""
        parts = urlsplit(address)
        headers = {"Accept": "text/html"}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=self._context, timeout=30)
        try:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request("GET" if body is None else "POST", path, body, headers)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._keep(line)
        return answer

    def _keep(self, line):
        pair, *traits = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        if any(re.fullmatch(r"max-age=(0|-\d+)", trait, re.IGNORECASE) for trait in traits):
            self._cookies.pop(name, None)
        else:
            self._cookies[name] = value

    def send(self, here, form, how):
        """Sends a form with a button pressed; gives its address and the answer."""
        pairs = []
        for field in form["fields"]:
            box = field["type"] in ("checkbox", "radio")
            if not field["name"] or (box and not (field["checked"] or field["name"] in how["ticked"])):
                continue
            value = field["value"] if box else how["filled"].get(field["name"], field["value"])
            pairs.append((field["name"], value))
        button = how["button"]
        if button and button["name"]:
            pairs.append((button["name"], button["value"]))
        address = urljoin(here, form["action"] or here)
        if form["method"] == "post":
            return address, self.ask(address, pairs)
        return address, self.ask(f"{address}?{urlencode(pairs)}")


def _typed(form, name):
    return any(field["name"] == name and field["type"] != "hidden" for field in form["fields"])


def _move(page, person, decision):
    """What a person does on a page: which form, and what with it."""
    for form in page.forms:
        buttons = [one for one in form["buttons"] if one["name"] == "decision"]
        if buttons:
            button = next(one for one in buttons if one["value"] == decision)
            boxes = {field["name"] for field in form["fields"]}
            return form, {"filled": {}, "ticked": boxes, "button": button}
    for form in page.forms:
        if _typed(form, "code"):
            shown = re.search(r"(?<!\d)\d{6}(?!\d)", page.text)
            if not shown:
                raise AssertionError("the page shows no simulated code")
            return form, {"filled": {"code": shown[0]}, "ticked": (), "button": (form["buttons"] or [None])[0]}
    for form in page.forms:
        if all(_typed(form, name) for name in ("name", "birth_date", "cell_no")):
            return form, {"filled": person, "ticked": (), "button": (form["buttons"] or [None])[0]}
    return None


def walk(browser, address, person, decision="agree"):
    """Walks from the authorization request to the fintech's address, and gives that back."""
    here = address
    home = urlsplit(address)[:2]
    answer = browser.ask(here)
    for _ in range(STEPS_MAX):
        if answer.status in (301, 302, 303):
            here = urljoin(here, answer.headers["Location"])
            if urlsplit(here)[:2] != home:
                return here
            answer = browser.ask(here)
            continue
        page = Page(answer.text)
        move = _move(page, person, decision)
        if move is None or answer.status not in (200, 422):
            raise AssertionError(f"stopped at {urlsplit(here).path}: {answer.status} {page.text[:160]}")
        here, answer = browser.send(here, *move)
    raise AssertionError(f"the journey did not end within {STEPS_MAX} steps")
