"""WCAG 2.2 AA as far as a machine sees it: axe on every kind of page, light and dark, wide and narrow."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.browser import every_page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
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

    def faults_in_every_look(self):
        """Run every rule twice, wide and narrow, and the rules of colours in the other schemes."""
        looks = [
            ("light", 1280, RULES),
            ("dark", 1280, COLOURS),
            ("dark", 390, RULES),
            ("light", 390, COLOURS),
        ]
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


def check(screen, answer, *, status=200):
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    screen.show(answer)
    assert screen.faults_in_every_look() == {}


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
    check(screen, client.get(every_page.address_in_admin(name), follow=name != "login"))


@pytest.mark.parametrize("model", every_page.models_in_admin())
def test_axe_finds_nothing_on_the_pages_of_a_model(screen, portal, model, rf):
    (of_model,) = [one for one in admin.site._registry.values() if one.opts.label_lower == model]
    official = portal["official"]
    request = rf.get("/")
    request.user = User.objects.get(username="an")
    page = f"admin:{model.replace('.', '_')}"
    check(screen, official.get(reverse(f"{page}_changelist")))
    if of_model.has_add_permission(request):
        check(screen, official.get(reverse(f"{page}_add")))
    row = of_model.get_queryset(request).order_by("-pk").first()
    assert row is not None, f"fill() makes no row of {model}"
    check(screen, official.get(reverse(f"{page}_change", args=[row.pk])))


@pytest.mark.parametrize("name", every_page.ANSWERS)
def test_axe_finds_nothing_on_an_answer(screen, portal, name):
    client = portal["citizen" if "sign-in" in name else "official"]
    answer = every_page.ANSWERS[name](client)
    check(screen, answer, status=422 if name == "refused grid" else 200)
