"""The pages in a real browser: axe, keyboard, reflow, paper, no script, nothing from outside."""

from __future__ import annotations

import gzip
import os
import random
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from werkzeug.serving import make_server

from tests.browser.payloads import PAYLOADS
from tests.browser.shipped import DAY, VERDICTS, Held, application, query, questions, snapshot
from vires.addresses import path_of
from vires.config import Settings
from vires.decide import HEADINGS, URGENT, choices
from vires.store import Snapshot
from vires.web import create_app

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = (1280, 390)
GOOD = "from=cwc&to=wmp&purpose=crime-prevention&category=name&on=2026-11-22"

ROWS_QUERY = (
    "PREFIX vires: <https://w3id.org/vires/ns#> SELECT ?agreement ?power ?text { "
    "?flow vires:flowOf/vires:versionOf ?agreement ; vires:hasSide/vires:reliesOnPower ?power . "
    "?power vires:readingText ?text } LIMIT 8"
)

TEMPLATES = {
    "home": "/",
    "question": "/ask",
    "question-purpose": "/ask?from=cwc&to=wmp",
    "question-narrowed": "/ask/to?from=cwc&find=police",
    "question-information": "/ask/information?from=cwc&to=wmp&purpose=prevent&category=name",
    "question-about": "/ask/about?from=cwc",
    "question-date": "/ask/date?on-day=30&on-month=2&on-year=2026",
    "question-missing": "/ask?from=cwc&to=",
    "question-all": "/ask/all",
    "question-error": "/check?from=cwc&to=west+midlands+polise&on-day=30&on-month=2&on-year=2026",
    "check": f"/check?{GOOD}",
    "check-called": f"/check?{GOOD.replace('wmp', 'New+Cross+Hospital')}",
    "question-unknown": "/ask?from=Vale+of+Nowhere",
    "tiers": "/tiers",
    "tier-map": "/tiers/map",
    "tier-focus": "/tiers/mash",
    "tier-focus-high": "/tiers/example-community-safety",
    "tier-focus-bare": "/tiers/adults-ica",
    "matrices": "/tiers/matrix",
    "matrix": "/tiers/matrix/community-safety",
    "flows": "/tiers/matrix/children/flows?from=cwc&to=wmp",
    "several": f"/answer?{GOOD}&category=health",
    "register": "/agreements",
    "register-filtered": "/law?use=relied-on&sort=-from",
    "register-tree": "/purposes",
    "register-empty": "/agreements?status=ended&review=later",
    "register-error": "/agreements?status=nonsense&sort=party",
    "agreement": "/doc/agreement/mash",
    "version": "/doc/agreement/council-tax-debt-mou/v/1",
    "organisation": "/doc/org/gss-E08000031",
    "list": "/doc/org/gss-E08000031?list=agreements.tier-3",
    "reading": "/doc/reading/ca2004-s16h",
    "act": "/doc/legislation/ukpga/1998/37",
    "condition": "/doc/condition/sch1-18",
    "community": "/doc/community/children",
    "concept": "/doc/purpose/child-safeguarding",
    "code-list": "/doc/scheme/category",
    "thing": "/doc/agreement/mash/v/1/party/cwc",
    "term": "/doc/ns/LegalReading",
    "model": "/model",
    "view": "/doc/query/page/tiers",
    "alternates": "/doc/agreement/mash?_profile=alt",
    "not-acceptable": "/doc/agreement/mash?_mediatype=docx",
    "health-check": "/health-check",
    "health-check-filtered": "/health-check?kind=not-met&severity=must&sort=thing",
    "health-check-accepted": "/health-check?standing=accepted",
    "health-check-error": "/health-check?kind=nonsense",
    "rules": "/rules",
    "rule": "/doc/rule/is-signed-before-it-begins",
    "left-out-rule": "/doc/rule/left-out/r59",
    "about": "/about",
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "cookies": "/cookies",
    "licence": "/licence",
    "downloads": "/downloads",
    "changes": "/changes",
    "export-policy": "/export/odrl/agreement/mash",
    "export-processing": "/export/dpv/org/gss-E08000031",
    "article-30-records": "/article-30",
    "article-30": "/article-30/org/gss-E08000031",
    "article-30-filtered": "/article-30/org/gss-E23000014?way=receives",
    "article-30-error": "/article-30/org/gss-E08000031?status=nonsense",
    "fair-use": "/fair-use",
    "guidance": "/guidance",
    "guide": "/guidance/emergency",
    "search": "/search?q=wolverhamton+ccg",
    "search-kind": "/search?q=wolverhampton&kind=organisation",
    "search-empty": "/search",
    "search-nothing": "/search?q=xylophone",
    "search-error": "/search?q=police&kind=nothing",
    "query": "/query",
    "query-rows": "/query?query=" + quote(ROWS_QUERY),
    "query-statements": "/query?query=" + quote("DESCRIBE <org/gss-E08000031>"),
    "query-error": "/query?query=" + quote("SELECT ?x WHERE { ?x ?y }"),
    "api": "/api",
    "error-404": "/no-such-page",
    "error-503": "/store-gone",
    **{f"answer-{verdict}": verdict for verdict in VERDICTS},
}

PAGES = os.environ.get("VIRES_PAGES", "20")
"""How many pages of things axe reads beside the templates: a number, or `all`, by hand."""

MAX_SCRIPT = 16_000
"""The most that the scripts of a page may weigh, compressed, in bytes; the query page is apart."""


class Switched:
    """A reader whose store is gone when told so."""

    gone = False

    def current(self) -> object:
        if self.gone:
            raise RuntimeError
        return Held().current()

    def findings(self, held: Snapshot) -> str | None:
        return Held().findings(held)

    def kept(self) -> tuple[object, ...]:
        return (self.current(),)


READER = Switched()


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The address of the site, served from a thread."""
    app = create_app(Settings(), READER, today=lambda: DAY)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; where it must be there and is not, that is a failure."""
    path = os.environ.get("VIRES_CHROMIUM") or shutil.which("chromium")
    if path is None:
        if os.environ.get("VIRES_REQUIRE_ALL") == "1":
            pytest.fail("no chromium; install it with `apt-get install -y chromium`")
        pytest.skip("no chromium; set VIRES_REQUIRE_ALL=1 to make this a failure")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Watched:
    """A page with what it asked for, reported and popped up."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.reports: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.reports.append(message.text))
        self.page.on("pageerror", lambda error: self.reports.append(str(error)))
        self.page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: object) -> None:
        self.dialogs.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    def open(self, base: str, name: str) -> None:
        """Go to a page by the name of its template."""
        path = TEMPLATES[name]
        if path in VERDICTS:
            path = "/answer?" + query(questions()[path])
        READER.gone = name == "error-503"
        try:
            self.page.goto(base + ("/" if name == "error-503" else path))
        finally:
            READER.gone = False

    def assert_quiet(self, base: str) -> None:
        """Nothing from outside, no report of the security policy, no dialog."""
        assert [url for url in self.requests if not url.startswith(base + "/")] == []
        # A 4xx of the page itself is written to the console; nothing else may be.
        assert [r for r in self.reports if "the server responded with a status of" not in r] == []
        assert self.dialogs == []


@pytest.fixture
def watched(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A page of the width given by the test, 1280 if none."""
    width = getattr(request, "param", 1280)
    context = browser.new_context(viewport={"width": width, "height": 900})
    yield Watched(context)
    context.close()


def _picture(page: Page, name: str, width: int) -> None:
    if folder := os.environ.get("VIRES_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def _open_details(page: Page) -> None:
    for details in page.query_selector_all("details"):
        details.evaluate("element => { element.open = true; }")


@pytest.mark.parametrize("watched", WIDTHS, indirect=True)
@pytest.mark.parametrize("name", TEMPLATES)
def test_axe_finds_nothing(watched: Watched, base: str, name: str) -> None:
    watched.open(base, name)
    width = watched.page.viewport_size["width"]  # type: ignore[index]
    _picture(watched.page, name, width)
    _open_details(watched.page)
    found = Axe().run(watched.page, options=AXE).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    first = watched.page.locator("header").inner_text().strip()
    assert first.startswith(URGENT)
    assert watched.page.locator("header p").first.is_visible()
    watched.assert_quiet(base)


def _things() -> list[str]:
    """The pages of things: a sample that is the same on each run of one record, or all."""
    paths = {path_of(quad.subject.value) for quad in snapshot().quads()}
    pages = sorted({path.partition("#")[0] for path in paths if path})
    if PAGES == "all":
        return pages
    return random.Random(2026).sample(pages, int(PAGES))


@pytest.mark.parametrize("watched", WIDTHS, indirect=True)
def test_axe_finds_nothing_on_the_pages_of_things(
    watched: Watched, base: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {}
    for path in _things():
        if fault := _fault(watched, base, path):
            wrong[path] = fault
            # A run over all pages takes most of an hour: what it finds is told as it is found.
            with capsys.disabled():
                print(f"\n{path}: {fault}", flush=True)
    assert wrong == {}


def _fault(watched: Watched, base: str, path: str) -> str:
    """What is wrong with a page, the page shown whole: rules of axe and where, or what broke."""
    watched.requests.clear()
    watched.reports.clear()
    try:
        watched.page.goto(base + path)
        _open_details(watched.page)
        found = Axe().run(watched.page, options=AXE).response["violations"]
        watched.assert_quiet(base)
    except (PlaywrightError, AssertionError) as error:
        return f"{type(error).__name__}: {error}"
    return "; ".join(f"{rule['id']} {[node['html'] for node in rule['nodes']]}" for rule in found)


STOPS = """() => [...document.querySelectorAll('body *')].filter(
  e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true})
    && !(e.type === 'radio' && !e.checked)
).length"""

STOP = """() => {
  const e = document.activeElement;
  const own = [...e.getClientRects()].find(r => r.width && r.height);
  if (e === document.body || !own) return [-1, false, ''];
  const on = document.elementFromPoint(own.x + own.width / 2, own.y + own.height / 2);
  const seen = !!on && (e.contains(on) || on.contains(e) || !!e.closest('.CodeMirror'));
  return [[...document.querySelectorAll('body *')].indexOf(e), seen, e.outerHTML.slice(0, 120)];
}"""


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_keyboard_goes_through_the_whole_page(watched: Watched, base: str, name: str) -> None:
    """Each Tab goes on to the next control, in view and not covered, until each was reached."""
    watched.open(base, name)
    page = watched.page
    # A page with problems puts the focus on them: the walk starts at the top of the page.
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }")
    reached = [-1]
    for _ in range(stops := page.evaluate(STOPS)):
        page.keyboard.press("Tab")
        place, seen, element = page.evaluate(STOP)
        assert seen, (element, len(reached), stops)
        assert place > reached[-1], (element, len(reached), stops)
        reached.append(place)
    assert stops > 5


def test_scripts_are_light() -> None:
    client = application().test_client()
    for name, path in TEMPLATES.items():
        if not path.startswith("/") or path.startswith("/query"):
            continue
        scripts = re.findall(r'<script src="([^"]+)"', client.get(path).text)
        weight = 0
        for source in scripts:
            with client.get(source) as file:
                weight += len(gzip.compress(file.data))
        assert weight < MAX_SCRIPT, name
        assert bool(scripts) == ("question" in name), name


@pytest.mark.parametrize("watched", [320], indirect=True)
@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_scrolls_sideways_at_320_pixels(watched: Watched, base: str, name: str) -> None:
    watched.open(base, name)
    _open_details(watched.page)
    wide = watched.page.evaluate(
        "() => [...document.querySelectorAll('body *')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.clientWidth > 1)"
        # An editor scrolls within itself; it is held to fit as a whole.
        ".filter(e => !e.parentElement.closest('.CodeMirror'))"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert wide == []
    assert watched.page.evaluate("() => document.documentElement.scrollWidth") <= 320


def _focused(page: Page) -> dict[str, object]:
    return page.evaluate(
        "() => { const e = document.activeElement; const r = e.getBoundingClientRect();"
        " return {id: e.id, tag: e.tagName, text: e.innerText.trim(), value: e.value || '',"
        " seen: r.bottom > 0 && r.top < innerHeight && r.width > 0 && r.height > 0}; }"
    )


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until an element of that id or text has the focus, which must be in view."""
    for _ in range(150):
        page.keyboard.press("Tab")
        focused = _focused(page)
        assert focused["seen"], focused
        if wanted in (focused["id"], focused["text"]):
            return
    raise AssertionError(f"Tab never reached {wanted}")


def _choose(page: Page, field: str, label: str) -> None:
    """Type the start of a label, and choose it from the list that opens."""
    _tab_to(page, field)
    page.keyboard.type(label[:12])
    option = page.locator(f"#{field}__listbox [role=option]", has_text=label).first
    option.wait_for()
    for _ in range(30):
        page.keyboard.press("ArrowDown")
        if _focused(page)["text"].startswith(label):  # type: ignore[attr-defined]
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard never reached {label}")


def _tick(page: Page, key: str) -> None:
    """Narrow the list of kinds of information to one, and tick it."""
    _tab_to(page, "find")
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/information?**")
    _tab_to(page, "category")
    page.keyboard.press("Space")


def test_a_list_is_found_by_other_names_and_says_what_ended(watched: Watched, base: str) -> None:
    watched.open(base, "question")
    page = watched.page
    field = page.locator("#from")
    options = page.locator("#from__listbox [role=option]")
    for typed, shown in (
        ("new cross", "The Royal Wolverhampton NHS Trust: New Cross Hospital"),
        ("wolverhampton clinical", "Group (ended 31 March 2021)"),
        ("wolvrhampton clinicl", "Group (ended 31 March 2021) (near name)"),
    ):
        field.fill(typed)
        options.filter(has_text=shown).wait_for()
    options.filter(has_text="(ended 31 March 2021)").click()
    assert field.input_value().endswith("(ended 31 March 2021)")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/ask?from=wolverhampton-ccg**")
    watched.assert_quiet(base)


def test_what_was_typed_and_names_nothing_stays_in_the_field(watched: Watched, base: str) -> None:
    watched.open(base, "question")
    page = watched.page
    page.locator("#from").fill("Vale of Nowhere")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/ask?from=Vale**")
    assert page.locator("#from").input_value() == "Vale of Nowhere"
    assert page.get_by_role("link", name="Look through all organisations").is_visible()
    page.locator("#from").fill("Vale")
    assert page.locator("#from__listbox [role=option]", has_text="Vale of Nowhere").count() == 0
    page.locator("#from").fill("Vale of Nowhere")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()
    assert page.locator("#from").input_value() == "Vale of Nowhere"
    watched.assert_quiet(base)


def test_the_question_can_be_asked_by_keyboard(watched: Watched, base: str) -> None:
    page, asked = watched.page, questions()["covered"]
    names = {c.iri: c.label for pool in choices(snapshot()).values() for c in pool}
    keys = {c.iri: c.key for pool in choices(snapshot()).values() for c in pool}
    page.goto(base + "/")
    page.keyboard.press("Tab")
    assert _focused(page)["text"] == "Skip to main content"
    page.keyboard.press("Enter")
    _tab_to(page, "Can I share this?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask")
    for field, iri in (("from", asked.from_), ("to", asked.to), ("purpose", asked.purpose)):
        _choose(page, field, names[iri])
        _tab_to(page, "Continue")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/ask?*{field}=*")
    _tick(page, keys[asked.category])
    _tab_to(page, "Continue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check?**")
    _tab_to(page, "Show the answer")
    page.keyboard.press("Enter")
    page.wait_for_url("**/answer?**")
    assert page.locator("h1").inner_text() == HEADINGS["covered"]
    _tab_to(page, "How this was worked out")  # the link at the top, which leads to the part
    page.keyboard.press("Enter")
    page.wait_for_url("**#worked-out")
    page.keyboard.press("Tab")
    assert _focused(page)["tag"] == "SUMMARY"
    page.keyboard.press("Enter")
    assert page.locator("details table").first.is_visible()
    watched.assert_quiet(base)


def test_a_name_mistyped_is_found_while_it_is_typed(watched: Watched, base: str) -> None:
    page = watched.page
    page.goto(base + "/ask?from=cwc")
    page.locator("#to").press_sequentially("west midlans polise")
    page.locator("#to__listbox [role=option]", has_text="West Midlands Police").first.click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/ask?*to=wmp*")
    assert watched.reports == []


def test_what_names_nothing_is_sent_as_typed(watched: Watched, base: str) -> None:
    """A choice made before does not stand in for it, and what is near is offered."""
    page = watched.page
    page.goto(base + "/ask/to?from=cwc&to=wmp")
    assert page.locator("#to").input_value() == "West Midlands Police"
    page.locator("#to").fill("Wolverhampton Homs")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**to=Wolverhampton+Homs**")
    near = page.locator("#problem a").first
    assert near.inner_text() == "Wolverhampton Homes"
    near.click()
    page.wait_for_url("**/ask?*")
    assert "Wolverhampton Homes" in page.locator("#so-far").inner_text()


def test_a_thing_is_found_by_keyboard_without_script(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + "/")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator("#site-search:focus").count():
            break
    page.keyboard.type("wolverhamton counsil")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=wolverhamton+counsil")
    assert page.locator("main ul a").first.inner_text() == "City of Wolverhampton Council"
    assert page.get_by_label("Search the record").input_value() == "wolverhamton counsil"
    context.close()


def test_problems_come_first_and_have_the_focus(watched: Watched, base: str) -> None:
    watched.open(base, "question-error")
    page = watched.page
    assert page.evaluate("() => document.activeElement.className") == "govuk-error-summary"
    assert page.title().startswith("Error: ")
    page.locator(".govuk-error-summary a").first.click()
    assert _focused(page)["id"] == "to"
    assert page.locator("#from").input_value() == "City of Wolverhampton Council"


def test_a_question_without_an_answer_is_asked_again(watched: Watched, base: str) -> None:
    watched.open(base, "question-missing")
    page = watched.page
    assert page.evaluate("() => document.activeElement.className") == "govuk-error-summary"
    assert page.title().startswith("Error: ")
    page.locator(".govuk-error-summary a").first.click()
    assert _focused(page)["id"] == "to"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_question_can_be_asked_without_script(browser: Browser, base: str, width: int) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 800}
    )
    page, asked = context.new_page(), questions()["covered"]
    names = {c.iri: c.label for pool in choices(snapshot()).values() for c in pool}
    page.goto(base + "/ask")
    for field, iri in (("from", asked.from_), ("to", asked.to), ("purpose", asked.purpose)):
        page.locator(f"#{field}").select_option(label=names[iri])
        page.get_by_role("button", name="Continue").click()
    page.get_by_label("Narrow the list").fill(names[asked.category])
    page.get_by_role("button", name="Narrow").click()
    page.get_by_label(names[asked.category], exact=True).check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Change whom it is about").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Show the answer").click()
    assert page.locator("h1").inner_text() == HEADINGS["covered"]
    page.locator("details summary").last.click()
    assert page.locator("details table").first.is_visible()
    context.close()


def test_a_list_is_filtered_without_script(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + "/agreements")
    page.get_by_text("Filter the list").click()
    page.get_by_label(re.compile(r"In force \(\d+\)")).check()
    page.get_by_label("Community", exact=True).select_option("children")
    page.get_by_label("In order of").select_option("-due")
    page.get_by_role("button", name="Show these").click()
    page.wait_for_load_state()  # a click waits for the page to begin, not for its rows
    assert {"status=in-force", "community=children", "sort=-due"} <= set(
        page.url.partition("?")[2].split("&")
    )
    rows = page.locator("tbody tr")
    assert page.locator("main").inner_text().count("In force") > rows.count() > 0
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Review due")
    page.get_by_role("link", name="Remove the filter Status: In force").click()
    page.wait_for_load_state()
    assert page.locator("tbody tr").count() > 0
    assert "status=" not in page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == f"vires-agreements-{DAY}.csv"
    context.close()


def test_what_is_to_be_mended_is_found_without_script(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + "/")
    page.get_by_role("link", name="Health check").first.click()
    page.get_by_text("Filter the list").click()
    page.get_by_label(re.compile(r"Not met \(\d+\)")).check()
    page.get_by_label(re.compile(r"Must \(\d+\)")).check()
    page.get_by_label("Agreement, community or organisation").select_option("agreement/marac")
    page.get_by_role("button", name="Show these").click()
    page.wait_for_load_state()  # a click waits for the page to begin, not for its rows
    rows = page.locator("tbody tr")
    assert rows.count() == 2
    assert "No power that Example MARAC agreement" in rows.first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="calendar (iCalendar)").click()
    assert download.value.suggested_filename.startswith("health-check")
    rows.first.get_by_role("link").last.click()
    assert page.locator("h1").inner_text().startswith("A power relied on runs from the giver")
    page.get_by_text("Show the text of The shape").click()
    assert page.get_by_role("region", name="Text of The shape").is_visible()
    context.close()


TEXT_OUTSIDE_ITS_BOX = """() => [...document.querySelectorAll('svg a, svg g')].flatMap(
  thing => {
    const box = thing.querySelector('rect').getBBox();
    return [...thing.querySelectorAll('text')].filter(text => {
      const own = text.getBBox();
      return own.x < box.x || own.x + own.width > box.x + box.width
        || own.y < box.y || own.y + own.height > box.y + box.height;
    }).map(text => text.textContent);
  })"""


@pytest.mark.parametrize("name", ["tier-map", "tier-focus", "tier-focus-high", "tier-focus-bare"])
def test_a_picture_fits_and_its_links_are_reached(watched: Watched, base: str, name: str) -> None:
    watched.open(base, name)
    page = watched.page
    assert page.locator("svg text").count() > 3
    assert page.evaluate(TEXT_OUTSIDE_ITS_BOX) == []
    links = page.locator("svg a")
    links.first.focus()
    focused = links.first.get_attribute("href")
    for place in range(1, min(links.count(), 8)):
        page.keyboard.press("Tab")
        focused = page.evaluate("() => document.activeElement.getAttribute('href')")
        assert focused == links.nth(place).get_attribute("href")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{base}{focused}"


@pytest.mark.parametrize("watched", [390], indirect=True)
@pytest.mark.parametrize("name", ["tier-map", "tier-focus"])
def test_on_a_phone_the_list_stands_for_the_picture(watched: Watched, base: str, name: str) -> None:
    watched.open(base, name)
    assert not watched.page.locator("svg.vires-picture").first.is_visible()
    assert watched.page.locator("table, .govuk-summary-list").first.is_visible()


def test_the_tree_folds_without_script(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + "/tiers")
    leaf = page.get_by_role("link", name="Example MAPPA agreement")
    assert leaf.is_visible()
    page.locator("summary", has_text="Community Safety").click()
    assert not leaf.is_visible()
    page.locator("summary", has_text="Community Safety").click()
    leaf.click()
    assert page.locator("h1").inner_text() == "Example MAPPA agreement"
    context.close()


def test_a_cell_of_the_matrix_opens_its_flows_by_keyboard(watched: Watched, base: str) -> None:
    page = watched.page
    page.goto(base + "/tiers/matrix/children")
    head = page.locator(".vires-matrix tbody th").first
    assert head.evaluate("e => getComputedStyle(e).position") == "sticky"
    cell = page.locator(".vires-matrix td a").first
    words = cell.inner_text()
    cell.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/flows?**")
    assert words.split(" to ")[-1].strip() in page.locator("h1").inner_text()
    page.locator("table a[href^='/answer']").first.click()
    page.wait_for_url("**/answer?**")
    assert page.locator("h1").inner_text() in HEADINGS.values()


def test_paper_keeps_the_urgent_statement_and_the_answer(watched: Watched, base: str) -> None:
    watched.open(base, "answer-covered")
    page = watched.page
    page.emulate_media(media="print")
    assert page.locator(".vires-urgent").is_visible()
    assert page.locator("h1").is_visible()
    assert not page.locator(".govuk-service-navigation").is_visible()
    header = page.locator(".govuk-generic-header")
    assert header.evaluate("e => getComputedStyle(e).backgroundColor") == "rgba(0, 0, 0, 0)"
    printed = "e => getComputedStyle(e, '::after').content"
    law = page.locator("main a[href^='http']").first
    assert law.get_attribute("href") in law.evaluate(printed)  # type: ignore[operator]
    own = page.locator("main a:not([href^='http'])")
    assert {link.evaluate(printed) for link in own.all()} == {"none"}
    assert not page.locator("#worked-out").is_visible()
    assert not page.locator(".vires-guides").is_visible()
    assert page.locator(".vires-note").is_visible()
    assert page.get_by_text("Data version").last.is_visible()
    assert page.get_by_text("as at 22 November 2026").first.is_visible()
    _picture(page, "answer-print", 1280)


@pytest.mark.parametrize("watched", [390], indirect=True)
@pytest.mark.parametrize("name", ["home", "check", "answer-power-only", "error-404"])
def test_on_a_phone_the_heading_is_near_the_top(watched: Watched, base: str, name: str) -> None:
    watched.open(base, name)
    page = watched.page
    assert page.locator("header strong").first.inner_text() == URGENT
    assert page.locator("h1").bounding_box()["y"] < 400  # type: ignore[index]
    box = "e => e.getBoundingClientRect().height"
    for link in page.locator(".govuk-service-navigation__link").all():
        assert link.evaluate(box) >= 24


def test_forced_colours_keep_the_box(watched: Watched, base: str) -> None:
    watched.open(base, "answer-covered")
    page = watched.page
    page.emulate_media(forced_colors="active")
    box = page.locator(".vires-box")
    assert box.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    assert page.locator(".vires-urgent").is_visible()
    _picture(page, "answer-forced-colours", 1280)


def test_forced_colours_keep_the_pictures(watched: Watched, base: str) -> None:
    watched.open(base, "tier-focus")
    page = watched.page
    page.emulate_media(forced_colors="active")
    colour = "e => [getComputedStyle(e).fill, getComputedStyle(e).stroke]"
    fill, stroke = page.locator("svg rect").first.evaluate(colour)
    assert fill != stroke
    assert page.locator("svg text").first.evaluate(colour)[0] != fill
    assert page.locator("svg path").first.evaluate(colour)[1] != fill
    _picture(page, "tier-focus-forced-colours", 1280)


def test_hostile_parameters_run_nothing(watched: Watched, base: str) -> None:
    fields = ("from", "to", "purpose", "category", "subjects", "on-day", "on-month", "on-year")
    for payload in PAYLOADS:
        asked = urlencode(dict.fromkeys(fields, payload))
        sought = urlencode({"q": payload})
        paths = (
            f"/check?{asked}",
            f"/ask?{asked}",
            f"/search?{sought}",
            "/" + quote(payload, safe=""),
        )
        for path in paths:
            watched.page.goto(base + path)
            assert watched.page.locator("header").inner_text().strip().startswith(URGENT)
    watched.assert_quiet(base)


def _into_editor(page: Page) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => !!document.activeElement.closest('.CodeMirror')"):
            return
    raise AssertionError("Tab never reached the editor")


def test_a_query_is_written_and_run_by_keyboard(watched: Watched, base: str) -> None:
    watched.open(base, "query")
    page = watched.page
    _into_editor(page)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("SELECT ?s ?o { ?s vires:inNation ?o } LIMIT 2")
    page.keyboard.press("Tab")
    assert _focused(page)["text"] == "Run query"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("PREFIX vires: <https://w3id.org/vires/ns#>\n")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/query?query=PREFIX**")
    page.wait_for_load_state()
    assert page.locator("#result").inner_text().startswith("2 rows")
    assert page.locator("table tbody tr").count() == 2
    assert "PREFIX vires:" in page.locator(".CodeMirror").inner_text()
    assert page.evaluate("() => Object.keys(localStorage)") == []
    watched.assert_quiet(base)


def test_the_editor_completes_what_the_record_uses(watched: Watched, base: str) -> None:
    watched.open(base, "query")
    page = watched.page
    _into_editor(page)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("PREFIX vires: <https://w3id.org/vires/ns#>\nASK { ?s a vires:Disc")
    page.keyboard.press("Control+Space")
    page.locator(".CodeMirror-hints").wait_for()
    assert "DisclosingSide" in page.locator(".CodeMirror-hints").inner_text()
    page.keyboard.press("Enter")
    assert "vires:DisclosingSide" in page.locator(".CodeMirror-code").inner_text()
    watched.assert_quiet(base)


def test_a_query_runs_without_script(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + "/query?view=analyst/flows-between-two")
    page.get_by_role("button", name="Run query").click()
    assert re.match(r"\d+ rows", page.locator("#result").inner_text())
    page.locator("#query").fill("ASK {")
    page.get_by_role("button", name="Run query").click()
    assert page.title().startswith("Error: ")
    assert page.locator("#query").input_value() == "ASK {"
    context.close()
