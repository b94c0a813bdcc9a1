"""The page in a real browser: its filters, values at the pointer, widths and themes, and hostile posts."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from corpus.labels import Target
from debate import MONDAY, debate, opinion, report
from hostile import hostile_report
from reports import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from reports import Report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 120_000  # milliseconds
WIDTHS = {"small phone": (360, 740), "phone": (390, 844), "desktop": (1280, 900)}
DRAWN = {"small phone": "narrow", "phone": "narrow", "desktop": "wide"}
LEAST = 11  # pixels of a letter
CHARTS = """
[...document.querySelectorAll(".chart svg")].filter((svg) => svg.getClientRects().length).map((svg) => {
  const words = [...svg.querySelectorAll("text")];
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  return {
    drawn: svg.getAttribute("class"),
    left: Math.min(...words.map((word) => word.getBoundingClientRect().left)),
    right: Math.max(...words.map((word) => word.getBoundingClientRect().right)),
    letters: scale * Math.min(...words.map((word) => parseFloat(getComputedStyle(word).fontSize))),
    scrolls: svg.parentElement.scrollWidth > svg.parentElement.clientWidth + 1,
  };
})
"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path: install it to test the page")


class Visit(NamedTuple):
    """An open page, and whatever it did that it should not."""

    page: Page
    noise: list[str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: see CONTRIBUTING")
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=CHROMIUM, args=[*SWITCHES], timeout=PATIENCE)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports: an ordinary one over three communities, one of hostile posts, and one of two targets with long names."""
    folder = tmp_path_factory.mktemp("pages")
    posts = [post._replace(community=("r/a", "r/b", "X")[key % 3]) for key, post in enumerate(debate(360))]
    pages: dict[str, Report] = {
        "plain": report(posts, time_bin="month"),
        "hostile": hostile_report(),
        "pair": pair_report(),
    }
    for name, found in pages.items():
        write(found, folder / name, ["html"])
    return folder


def pair_report() -> Report:
    """The report of a debate with every chart, on two targets with long names, and events close to each other."""
    targets = [
        Target(name="keep", label="Keep daylight saving time all the year", aliases=("dst",)),
        Target(name="stop", label="Stop the changing of clocks at once", aliases=("clocks",)),
    ]
    posts = [
        opinion(
            key,
            camp=("pro-keep", "pro-stop", "neutral")[key % 3],
            stances={"keep": ("favor", "against")[key % 2], "stop": ("against", "none")[key % 2]},
            community=("r/a", "r/a-community-with-a-long-name", "X")[key % 3],
            platform=("reddit", "reddit", "x")[key % 3],
            created_at=MONDAY + timedelta(days=key / 4),
            switched_from=("keep", "stop", None, None)[key % 4],
            switched_to=("stop", "keep", None, None)[key % 4],
        )
        for key in range(240)
    ]
    events = ((date(2023, 1, 14), "an article " * 9), (date(2023, 1, 15), "a tweet"), (date(2023, 3, 9), "the vote"))
    return report(posts, targets=targets, events=events)


def visit(browser: Browser, path: Path, width: str = "desktop", scheme: str = "light", script: bool = True) -> Visit:
    """Open a page from its file, and note each dialog, message, error and request but the one for the page."""
    size = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page, noise = context.new_page(), []
    page.on("dialog", lambda dialog: (noise.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: noise.append(f"console {message.text}"))
    page.on("pageerror", lambda error: noise.append(f"error {error}"))
    page.on("request", lambda request: noise.append(request.url) if request.url != path.as_uri() else None)
    page.goto(path.as_uri())
    return Visit(page, noise)


def values(page: Page) -> list[str]:
    return page.locator(".bars .value").all_inner_texts()


def test_the_filters_work_by_mouse_and_by_keyboard(browser: Browser, folder: Path) -> None:
    page, noise = visit(browser, folder / "plain" / "report.html")
    everything = values(page)
    assert everything[0] == "67% · 180 posts"
    page.get_by_role("combobox", name="Community", exact=True).select_option(label="r/b")
    assert page.locator("#told").inner_text().startswith("90 posts that take a side, by 90 known authors: PyTorch ")
    page.get_by_role("combobox", name="Month", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    both = values(page)
    assert both != everything
    assert 0 < int(both[0].split(" · ")[1].split()[0]) < 60
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "reset"
    page.keyboard.press("Enter")
    assert values(page) == everything
    assert page.evaluate("document.activeElement.id") == "place"
    box = page.locator("#period").bounding_box()
    assert box
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    assert page.evaluate("document.activeElement.id") == "period"
    assert not noise
    page.context.close()


def test_the_keyboard_skips_to_the_report_and_opens_the_numbers(browser: Browser, folder: Path) -> None:
    page, noise = visit(browser, folder / "plain" / "report.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details table").first.is_visible()
    assert not noise
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pointer_is_told_the_value_of_the_nearest_mark(browser: Browser, folder: Path, width: str) -> None:
    page, noise = visit(browser, folder / "plain" / "report.html", width)
    mark = page.locator(f'svg.{DRAWN[width]} [data-told^="r/a: PyTorch"]').first
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2 + 6, box["y"] + box["height"] / 2)
    assert page.locator("#tip").inner_text().startswith("r/a: PyTorch 67% (")
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()
    assert not noise
    page.context.close()


@pytest.mark.parametrize("name", ["plain", "hostile", "pair"])
@pytest.mark.parametrize("width", WIDTHS)
def test_charts_are_drawn_for_the_width(browser: Browser, folder: Path, width: str, name: str) -> None:
    page, noise = visit(browser, folder / name / "report.html", width)
    charts = page.evaluate(CHARTS)
    assert len(charts) == {"plain": 4, "hostile": 4, "pair": 6}[name]
    for chart in charts:
        assert chart["drawn"] == DRAWN[width]
        assert 0 <= chart["left"] <= chart["right"] <= WIDTHS[width][0]
        assert chart["letters"] >= LEAST
        assert not chart["scrolls"]
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]
    assert page.get_by_role("img").count() == len(charts)  # each is told once to those who hear the page
    assert not noise
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_and_follows_the_scheme(browser: Browser, folder: Path, width: str, tmp_path: Path) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        page, noise = visit(browser, folder / "plain" / "report.html", width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]
        grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.screenshot(path=tmp_path / f"{width}-{scheme}.png", full_page=True)
        assert (tmp_path / f"{width}-{scheme}.png").stat().st_size > 20_000
        assert not noise
        page.context.close()
    assert grounds["light"] != grounds["dark"]


@pytest.mark.parametrize("width", WIDTHS)
def test_without_scripts_the_drawn_chart_stands_in(browser: Browser, folder: Path, width: str) -> None:
    page, _ = visit(browser, folder / "plain" / "report.html", width, script=False)
    assert page.locator(".explorer").is_hidden()
    assert page.locator(".chart").first.locator("svg:visible").get_attribute("class") == DRAWN[width]
    page.context.close()


def test_hostile_posts_do_nothing(browser: Browser, folder: Path) -> None:
    page, noise = visit(browser, folder / "hostile" / "report.html", "phone")
    for number in range(page.locator("#place option").count()):
        page.locator("#place").select_option(index=number)
    for details in page.locator("summary").all():
        details.click()
    assert page.evaluate("[typeof window.hacked, document.scripts.length]") == ["undefined", 2]
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["phone"][0]
    assert page.locator("h1").inner_text().startswith("</script><script>alert(4)")
    assert not noise
    page.context.close()
