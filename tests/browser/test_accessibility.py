"""WCAG 2.2 AA: axe on every kind of page, light and dark, wide and narrow, and the keyboard.

The pages are found by `tests.browser.every_page`; a new one is visited by itself.
"""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.browser import every_page

pytestmark = pytest.mark.django_db

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
# Every rule wide and narrow, light and dark; then the rules of colours the other way round.
TWO_LOOKS = [("light", 1280, RULES), ("dark", 390, RULES)]
FOUR_LOOKS = [*TWO_LOOKS, ("light", 390, COLOURS), ("dark", 1280, COLOURS)]
SITE = "http://localhost"

# Text as far apart as readers may set it (1.4.12).
SPACED = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }
"""


@pytest.fixture(scope="module")
def portal(django_db_setup, django_db_blocker):
    """Fill the database once for all tests here; yield the clients of a citizen and an official."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert connection.settings_dict["NAME"].startswith("test_")
        every_page.fill()
        official = Client()
        official.force_login(User.objects.create_superuser("an"))
        yield {"citizen": Client(), "official": official}
        transaction.set_rollback(True)


class Screen:
    """A browser that shows answers of the test client: no server, no thread, one transaction."""

    def __init__(self, page):
        self.page = page
        self.answer = None
        page.add_init_script(AXE_SCRIPT)
        page.route("**/*", self._serve)

    def _serve(self, route):
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            file = finders.find(path.removeprefix("/static/"))
            return route.fulfill(path=file) if file else route.fulfill(status=404)
        answer = self.answer
        route.fulfill(
            status=answer.status_code, headers=dict(answer.headers), body=bytes(answer.content)
        )

    def show(self, answer, *, light=True, width=1280):
        self.answer = answer
        self.look("light" if light else "dark", width)
        self.page.goto(SITE + answer.request["PATH_INFO"])
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    def look(self, scheme, width):
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(color_scheme=scheme)
        # Colours that fade into others are read as they will be.
        self.page.evaluate(
            "getComputedStyle(document.body ?? document.documentElement).color;"
            "document.getAnimations().forEach(one => one.finish())"
        )

    def faults(self, rules=RULES):
        options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
        found = self.page.evaluate("options => axe.run(options)", options)
        return [
            f"{fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    def faults_in(self, looks):
        found = {}
        for scheme, width, rules in looks:
            self.look(scheme, width)
            if faults := self.faults(rules):
                found[scheme, width] = faults
        return found


@pytest.fixture(scope="module")
def screen(browser):
    context = browser.new_context()
    yield Screen(context.new_page())
    context.close()


def check(screen, answer, *, status=200, looks=FOUR_LOOKS):
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    screen.show(answer)
    assert screen.faults_in(looks) == {}


def width_when_narrow(screen):
    """Return the width of the page on 320 pixels, with text as far apart as readers may set it."""
    screen.look("light", 320)
    return screen.page.evaluate(
        """css => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(css);
          document.adoptedStyleSheets = [sheet];
          return document.documentElement.scrollWidth;
        }""",
        SPACED,
    )


@pytest.mark.parametrize(
    ("name", "route"),
    [pytest.param(name, route, id=name) for name, route in every_page.public_pages().items()],
)
def test_axe_finds_nothing_on_a_public_page(screen, portal, name, route):
    client = portal["official" if name.startswith(every_page.FOR_OFFICIALS) else "citizen"]
    check(screen, client.get(every_page.address_of(name, route)))
    assert width_when_narrow(screen) == 320


@pytest.mark.parametrize("state", every_page.STATES)
def test_axe_finds_nothing_in_another_state(screen, portal, state):
    answer = portal["citizen"].get(every_page.STATES[state])
    check(screen, answer, status=404 if state == "not found" else 200)
    assert width_when_narrow(screen) == 320


def test_every_page_of_our_own_in_the_administration_is_known():
    known = every_page.OF_ADMIN.keys() | every_page.NO_PAGE_OF_ADMIN.keys()
    assert every_page.admin_pages() == known


@pytest.mark.parametrize("name", every_page.OF_ADMIN)
def test_axe_finds_nothing_on_a_page_of_the_administration(screen, portal, name):
    client = portal["citizen" if name == "login" else "official"]
    check(screen, client.get(every_page.address_in_admin(name)), looks=TWO_LOOKS)


@pytest.mark.parametrize("model", every_page.models_in_admin())
def test_axe_finds_nothing_on_the_pages_of_a_model(screen, portal, model, rf):
    (of_model,) = [one for one in admin.site._registry.values() if one.opts.label_lower == model]
    official = portal["official"]
    request = rf.get("/")
    request.user = User.objects.get(username="an")
    page = f"admin:{model.replace('.', '_')}"
    check(screen, official.get(reverse(f"{page}_changelist")), looks=TWO_LOOKS)
    row = of_model.get_queryset(request).order_by("-pk").first()
    assert row is not None, f"fill() makes no row of {model}"
    check(screen, official.get(reverse(f"{page}_change", args=[row.pk])), looks=TWO_LOOKS)


@pytest.mark.parametrize("name", every_page.ANSWERS)
def test_axe_finds_nothing_on_an_answer(screen, portal, name):
    client = portal["citizen" if "sign-in" in name else "official"]
    answer = every_page.ANSWERS[name](client)
    check(screen, answer, status=422 if name == "refused grid" else 200, looks=TWO_LOOKS)


LEAGUE = "/song-hong/2023/so-nganh/"

# What has the focus: whether a ring is drawn around it, and whether anything lies over its middle.
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const box = one.getClientRects()[0];
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    name: one.outerHTML.slice(0, 120),
    ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    seen: one.contains(top) || top?.contains(one) === true,
  };
}"""


def walk(page, key):
    """Press the key until the focus leaves the page or is where it began; return what had it."""
    stops = []
    page.keyboard.press(key)
    while (stop := page.evaluate(FOCUSED)) and stop not in stops[:1]:
        stops.append(stop)
        assert len(stops) < 200, "the focus never leaves the page"
        page.keyboard.press(key)
    return stops


@pytest.mark.parametrize("width", [1280, 390])
def test_the_keyboard_goes_through_a_page_and_is_always_seen(screen, portal, width):
    page = screen.page
    screen.show(portal["citizen"].get(LEAGUE), width=width)
    page.set_viewport_size({"width": width, "height": 420})  # so that the page has to scroll
    there, back = walk(page, "Tab"), walk(page, "Shift+Tab")
    assert 'class="skip"' in there[0]["name"]
    assert [stop["name"] for stop in reversed(back)] == [stop["name"] for stop in there]
    assert [stop for stop in there + back if not (stop["ring"] and stop["seen"])] == []


def test_the_skip_link_leads_into_the_content(screen, portal):
    page = screen.page
    screen.show(portal["citizen"].get(LEAGUE))
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["width"] > 50
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_ring_of_the_focus_stands_out_in_every_palette(screen, portal):
    screen.show(portal["citizen"].get(LEAGUE))
    for scheme in ("light", "dark"):
        screen.look(scheme, 1280)
        assert ring_contrast(screen.page) >= 3
    screen.page.click("button[data-contrast]")
    assert ring_contrast(screen.page) >= 7
    screen.page.click("button[data-contrast]")


def ring_contrast(page):
    """Return the lowest contrast of the ring with what it may lie on."""
    ring, *grounds = page.evaluate(
        """() => ["kha", "paper", "wash"].map(name => {
          const probe = document.body.appendChild(document.createElement("i"));
          probe.style.color = `var(--${name})`;
          const colour = getComputedStyle(probe).color.match(/[0-9.]+/g).map(Number);
          probe.remove();
          return colour;
        })"""
    )
    return min(contrast(ring, ground) for ground in grounds)


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [part / 255 for part in colour[:3]]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_high_contrast_is_chosen_kept_and_taken_back(screen, portal):
    page = screen.page
    answer = portal["citizen"].get(LEAGUE)
    screen.show(answer)
    button = page.locator("button[data-contrast]")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    screen.show(answer)
    assert button.get_attribute("aria-pressed") == "true"
    assert screen.faults(["color-contrast-enhanced"]) == []
    button.click()
    assert page.evaluate("document.documentElement.dataset.contrast") == "usual"


def test_nothing_moves(screen, portal):
    screen.show(portal["citizen"].get(LEAGUE))
    moving = """[...document.querySelectorAll("*")].filter(one => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
      return transitionDuration !== "0s" || animationName !== "none" || scrollBehavior !== "auto";
    }).length"""
    assert screen.page.evaluate(moving) == 0


def test_what_is_drawn_stays_visible_in_the_colours_of_the_system(screen, portal):
    page = screen.page
    screen.show(portal["citizen"].get(LEAGUE))
    page.emulate_media(forced_colors="active", color_scheme="dark")
    words, ground = page.evaluate(
        """[getComputedStyle(document.querySelector(".chart-svg.ink")).fill,
            getComputedStyle(document.body).backgroundColor]"""
    )
    page.emulate_media(forced_colors="none")
    numbers = [
        [float(part) for part in re.findall(r"[0-9.]+", colour)] for colour in (words, ground)
    ]
    assert contrast(*numbers) >= 7
