"""Every kind of page of the portal, found by walking its addresses.

A new page needs no line here as long as `HERE` says what its parameters stand for: it is visited by
itself. One whose parameters stand for something else is named in `ELSEWHERE`, one that answers
with no page in `NO_PAGE`, a page of our own in the administration in `OF_ADMIN`.
"""

import datetime
import re

from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse

from commitments.models import Commitment, Measurement
from scorecards import importing
from scorecards.models import Decision, Edition, Framework, ImportRun
from tests import factories
from units.models import Succession, UnitGroup

# What parameters stand for, in the data of `fill`.
HERE = {
    "authority": "song-hong",
    "year": 2023,
    "group": "so-nganh",
    "version": 1,
    "unit": "so-y-te",
    "number": "1.1",
    "slug": "xep-hang",
}
ELSEWHERE = {
    "draft_league_table": {"year": 2024},
    "draft_unit_in_edition": {"year": 2024},
    "edition_errata": {"group": "cap-huyen", "version": 2},
    "check_sheet": {"year": 2024},
    "commitments": {"year": 2024},
    "dossiers": {"year": 2024},
    "unit_commitments": {"year": 2024},
}
NO_PAGE = {
    "logout": "takes a POST and leads elsewhere",
    "commitments_newest": "leads to the newest year",
    "commitment_document": "sends a file",
}
# What an address alone does not tell.
STATES = {
    "no unit found": "/song-hong/2023/so-nganh/?q=khong-co",
    "sorted": "/song-hong/2023/so-nganh/?sap-xep=-unit_name",
    "known in part": "/song-hong/2021/cap-huyen/",
    "corrected": "/song-hong/2023/cap-huyen/v1/",
    "a correction": "/song-hong/2023/cap-huyen/",
    "embedded table": "/song-hong/2023/so-nganh/v1/nhung/bang/",
    "verified": "/xac-minh/?co-quan=song-hong",
    "not found": "/song-hong/1999/",
    "in English": "/en/song-hong/2023/so-nganh/",
    "a unit in English": "/en/song-hong/don-vi/so-y-te/",
}
FOR_OFFICIALS = ("draft", "worklist", "check_sheet")

# Our own pages in the administration, and the rows whose ``pk`` they take.
OF_ADMIN = {
    "index": None,
    "login": None,
    "scorecards_framework_grid": lambda: Framework.objects.filter(year=2024),
    "scorecards_framework_publish": lambda: Framework.objects.filter(year=2024),
    "scorecards_framework_correction": lambda: Framework.objects.filter(year=2022),
    "scorecards_edition_show": lambda: Edition.objects.filter(public_from=None),
    "commitments_dossier_grid": lambda: UnitGroup.objects.filter(slug="so-nganh"),
    "commitments_import_dossiers": None,
    "commitments_import_commitments": None,
    "commitments_measurement_correct": Measurement.objects.all,
    "commitments_proposals": lambda: UnitGroup.objects.filter(slug="so-nganh"),
    "commitments_several": lambda: UnitGroup.objects.filter(slug="so-nganh"),
    "commitments_withdraw": lambda: Commitment.objects.filter(signed_on__isnull=False),
    "commitments_check": lambda: Commitment.objects.filter(signed_on__isnull=False),
}
NO_PAGE_OF_ADMIN = {
    "commitments_sign": "is for the commitments that were chosen: see ANSWERS",
    "scorecards_framework_open_scorecards": "takes a POST and leads back",
    "scorecards_framework_copy": "takes a POST and leads elsewhere",
    "scorecards_framework_reopen": "takes a POST and leads back",
    "scorecards_framework_abandon_correction": "takes a POST and leads back",
    "scorecards_importrun_file": "sends a file",
    "commitments_dossier_workbook": "sends a file",
}
# As Django made them, without anything of ours.
DJANGOS = re.compile(
    "_(history|delete)$|^(auth_|password_|jsi18n|logout|autocomplete|view_on|app_)"
)
LIKE_AGENCIES = {"district", "commune"}


def addresses(resolver=None, route="", namespace=""):
    """Yield the namespace, name and whole route of every address."""
    for one in (resolver or get_resolver()).url_patterns:
        whole = route + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(one, whole, one.namespace or namespace)
        else:
            yield namespace, one.name or "", whole


def public_pages():
    """Return name → route of every page outside the administration; pages end in a slash."""
    return {
        name or route: route
        for namespace, name, route in addresses()
        if namespace != "admin" and name not in NO_PAGE and (route.endswith("/") or not route)
    }


def address_of(name, route):
    """Return the address of a public page; say so if it takes what nobody has named."""
    known = HERE | ELSEWHERE.get(name, {})
    parameters = re.findall(r"<(?:\w+:)?(\w+)>", route)
    missing = [one for one in parameters if one not in known]
    assert not missing, f"say in {__name__} what {missing} of “{name}” stands for"
    return reverse(name, kwargs={one: known[one] for one in parameters})


def admin_pages():
    """Return the names of our own pages in the administration, stock ones of models apart."""
    return {
        name
        for namespace, name, _route in addresses()
        if namespace == "admin"
        and name
        and not DJANGOS.search(name)
        and not name.endswith(("_changelist", "_add", "_change"))
    }


def address_in_admin(name):
    rows = OF_ADMIN[name]
    return reverse(f"admin:{name}", args=[rows().order_by("pk").first().pk] if rows else [])


def models_in_admin():
    return [
        model._meta.label_lower
        for model in admin.site._registry
        if model._meta.model_name not in LIKE_AGENCIES
    ]


def fill():
    """Make an authority that has something of everything the portal shows."""
    group = factories.new_group()
    authority = group.authority
    districts = factories.new_group(
        authority, "cap-huyen", name="UBND cấp huyện", kind="district", position=2
    )
    decision = Decision.objects.create(authority=authority, number="27/QĐ-UBND", title="Công bố")
    for year, points in [(2022, "30"), (2023, "31.5")]:
        factories.new_edition(
            {
                "Sở Y tế": {"1.1": points, "1.2": "19", "2": "38"},
                "Văn phòng Ủy ban nhân dân tỉnh": {"1.1": "30", "1.2": "15", "2": "29"},
                "Sở Nội vụ": {"1.1": "20", "1.2": "12", "2": "20.25"},
            },
            group=group,
            year=year,
            criteria=factories.TREE,
            decision=decision,
        )
    _districts(districts)
    factories.new_edition({"Thanh tra tỉnh": "70"}, group=group, year=2021, public_from=None)
    _draft(group)
    units = {unit.slug: unit for unit in authority.units.all()}
    Succession.objects.create(
        predecessor=units["thanh-tra-tinh"],
        successor=units["so-noi-vu"],
        kind=Succession.Kind.MERGE,
        on=datetime.date(2022, 1, 1),
    )
    _commitments(authority, units["so-y-te"])


def _districts(group):
    new_edition = factories.new_edition
    partial = {"completeness": "partial", "note": "Thiếu.", "origin": "announced"}
    new_edition({"Huyện A": "90"}, group=group, year=2021, **partial)
    edition = new_edition({"Huyện A": "90", "Huyện B": "90"}, group=group, year=2023)
    framework = edition.framework
    factories.open_correction(framework)
    first = group.authority.units.get(slug="huyen-a")
    factories.give_points(framework, {first: "85"})
    factories.seal(framework)


def _draft(group):
    draft = factories.new_framework(group, year=2024, criteria=factories.TREE)
    units = list(group.authority.units.filter(kind="agency"))
    factories.open_cards(draft, units)
    factories.give_points(draft, {units[0]: {"1.1": "30"}})
    importing.apply(draft, WORKBOOK, "diem.csv")
    assert ImportRun.objects.exists()


WORKBOOK = "Đơn vị;1.1;1.2\nSở Y tế;31;17,5\n".encode()


def _commitments(authority, unit):
    indicator = factories.new_indicator(authority)
    factories.new_target(indicator, due_on=datetime.date(2024, 12, 31))
    factories.measure(indicator, datetime.date(2024, 3, 31), "91.5")
    factories.measure(indicator, datetime.date(2024, 6, 30), "95")
    factories.report_dossiers(unit, datetime.date(2024, 3, 1), 100, 80, 10, 8, 2)
    factories.report_dossiers(unit, datetime.date(2024, 4, 1), 110, 95, 5, 8, 2)
    promise = factories.new_commitment(unit)
    factories.check(promise, datetime.date(2024, 7, 1))
    factories.new_commitment(unit, "Công khai 100% thủ tục", signed=False)


def preview(client):
    """Return the page that shows what an import would change."""
    framework = Framework.objects.get(year=2024)
    file = SimpleUploadedFile("diem.csv", WORKBOOK.replace(b"31;", b"32;"))
    fields = {"framework": framework.pk, "file": file}
    return client.post(reverse("admin:scorecards_importrun_add"), fields)


def refused_grid(client):
    """Return the grid as it comes back with a cell that is wrong."""
    framework = Framework.objects.get(year=2024)
    card = framework.scorecards.first()
    name = f"v-{card.pk}-{factories.leaf(framework, '1.1').pk}"
    return client.post(address_in_admin("scorecards_framework_grid"), {name: "nhiều"})


def refused_sign_in(client):
    return client.post(reverse("login"), {"username": "an", "password": "sai"})


def signing(client):
    """Return the page that signs the commitments that were chosen."""
    (row,) = Commitment.objects.filter(signed_on=None)
    return client.get(reverse("admin:commitments_sign"), {"so": row.pk})


ANSWERS = {
    "import preview": preview,
    "refused grid": refused_grid,
    "refused sign-in": refused_sign_in,
    "signing": signing,
}
