"""Does the site work in a browser? Headless Chromium, by `make test-browser`."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_process import run
from test_serve import serving

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), "")

if not os.environ.get("FAHRAS_BROWSER"):
    pytest.skip("make test-browser runs these", allow_module_level=True)
if not CHROMIUM:
    pytest.skip("no Chromium is installed", allow_module_level=True)
playwright = pytest.importorskip("playwright.sync_api", reason="pip install --group browser")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 120_000
"""On a busy computer a page may take its time."""

SIZES = {"desktop": (1200, 800), "phone": (360, 700)}
EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script> قاذفات"

Open = Callable[..., Any]


def until(holds: Callable[[], bool]) -> None:
    """Wait for what the page is about to show; the policy forbids to wait in the page itself."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browsed")
    for number in range(12):
        words = " ".join(f"{letter * 3}{number}" for letter in "بتثجحخدذرزسشصضطظعغفقكلمنهوي")
        text = f"قاذفات تعبر الحدود رقم {number}\n\nسطر {words} {words}\nوالقاذفات عادت.\n"
        (folder / f"{number}.txt").write_text(text, "utf-8")
    (folder / "evil.md").write_text(f"# {EVIL}\n\n{EVIL}\n", "utf-8")
    assert run("index", cwd=folder).code == 0
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder) as (_, port):
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Opens an address; whatever the browser complains of, or asks elsewhere, fails the test."""
    contexts, complaints = [], []

    def heard(message: Any) -> None:
        if "Failed to load resource" not in message.text:  # so it calls an answer like 400
            complaints.append(message.text)

    def opened(where: str, size: str = "desktop", scheme: str = "light") -> Any:
        width, height = SIZES[size]
        ours = "/".join(where.split("/")[:3])
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on(
            "request",
            lambda asked: asked.url.startswith(ours) or complaints.append(asked.url),
        )
        page.goto(where)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def test_it_searches_while_one_types(open_page: Open, address: str) -> None:
    page = open_page(address)
    page.keyboard.type("قاذف")
    page.wait_for_selector(".none, .hit")
    page.keyboard.type("ات")
    page.wait_for_selector("mark.same")
    assert page.locator(".hit").count() == 10
    assert "q=%D9%82" in page.url
    page.locator("[rel=next]").click()
    until(lambda: page.locator(".hit").count() == 3)


def test_filters_narrow_at_once(open_page: Open, address: str) -> None:
    page = open_page(f"{address}?q=قاذفات")
    page.locator(".filters summary").click()
    page.locator("[name=in]").fill("1*.txt")
    page.locator("[name=in]").press("Tab")
    until(lambda: page.locator(".hit").count() == 3)
    page.locator("[name=match]").select_option("exact")
    until(lambda: "match=exact" in page.evaluate("location.search"))


def test_keys_lead_to_a_hit_through_it_and_back(open_page: Open, address: str) -> None:
    page = open_page(f"{address}?q=قاذفات")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused == page.locator(".hit h2 a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_selector("#document mark.here")
    first = page.evaluate("document.querySelector('mark.here').id")
    page.keyboard.press("j")
    assert page.evaluate("document.querySelector('mark.here').id") != first
    assert "2 من" in page.locator("#matches").text_content()
    page.keyboard.press("Escape")
    page.wait_for_selector(".hit")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_nothing_of_a_document_acts(open_page: Open, address: str) -> None:
    page = open_page(address)
    page.locator("#q").fill('"alert قاذفات" onerror')
    page.wait_for_selector(".hit, .none")
    page.goto(f"{address}document?id=evil.md&q=قاذفات")
    assert EVIL in page.locator("#document").inner_text()


def test_markup_cannot_be_made_of_text(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    assert page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return false } catch { return true } }"
    )
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_fit_and_can_be_read(open_page: Open, address: str, size: str, scheme: str) -> None:
    for target in ("", "?q=قاذفات", "?q=غائب", "?q=titel:x", "document?id=1.txt&q=قاذفات"):
        page = open_page(address + target, size, scheme)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, target
        assert page.evaluate(CONTRAST) >= 4.5, target


CONTRAST = """() => {
  const channel = (c) => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const opaque = (element) => {
    for (; element; element = element.parentElement) {
      const style = getComputedStyle(element);
      const shades = style.backgroundImage.match(/rgb\\([^)]*\\)/g);  // a mark
      if (shades) return numbers(shades[0]);
      const colour = numbers(style.backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  let least = 21;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.data.trim();
    if (!text || !element.checkVisibility({ opacityProperty: true })) continue;
    const [a, b] = [numbers(getComputedStyle(element).color), opaque(element)].map(light);
    least = Math.min(least, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
  }
  return least;
}"""
"""The least contrast of a text on a page with what is behind it, as WCAG counts it."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_search_stands_alone(
    open_page: Open, folder: Path, tmp_path: Path, scheme: str
) -> None:
    file = tmp_path / "hits.html"
    assert run("search", "--html", str(file), "قاذفات", cwd=folder).code == 0
    page = open_page(file.as_uri(), "phone", scheme)
    assert page.locator(".hit").count() == 10
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(CONTRAST) >= 4.5
    assert "gradient" in page.evaluate(
        "getComputedStyle(document.querySelector('.hit mark')).backgroundImage"
    )


def test_what_is_copied_is_the_text(open_page: Open, address: str) -> None:
    page = open_page(f"{address}document?id=1.txt&q=قاذفات")
    copied = page.evaluate(
        "(() => { getSelection().selectAllChildren(document.getElementById('L1'));"
        " return getSelection().toString() })()"
    )
    assert copied.strip() == "قاذفات تعبر الحدود رقم 1"


def test_it_says_when_nobody_answers(browser: Any, folder: Path) -> None:
    page = browser.new_page()
    with serving(folder) as (_, port):
        page.goto(f"http://127.0.0.1:{port}/")
    page.locator("#q").fill("قاذفات")
    page.wait_for_selector(".error")
    page.close()
