"""Rows for tests: an authority, its units, a framework with scores, a sealed edition."""

import datetime
from decimal import Decimal

from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from commitments import keeping, measuring
from commitments.models import Commitment, Indicator, Target
from scorecards import assessing, publishing
from scorecards.models import ClassBand, Criterion, Framework
from units.models import Authority, Unit, UnitGroup
from units.vietnamese import fold

LONG_AGO = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
TOTAL = [("1", "100")]
TREE = [("1", "60"), ("1.1", "40"), ("1.2", "20"), ("2", "40", "survey")]
BANDS = [("Tốt", "80"), ("Khá", "65"), ("Trung bình", None)]


def decimal(text):
    return None if text is None else Decimal(text)


def new_authority(slug="song-hong", **values):
    defaults = {"name": "Ủy ban nhân dân tỉnh Sông Hồng", "place": "Sông Hồng"}
    return Authority.objects.create(slug=slug, **{**defaults, **values})


def new_group(authority=None, slug="so-nganh", **values):
    defaults = {"name": "Cơ quan chuyên môn", "kind": "agency", "position": 1}
    return UnitGroup.objects.create(
        authority=authority or new_authority(), slug=slug, **{**defaults, **values}
    )


def new_unit(authority, name="Sở Tài chính", **values):
    slug = slugify(fold(name))
    defaults = {"kind": "agency", "code": slug[:30], "slug": slug, "name": name}
    return Unit.objects.create(authority=authority, **{**defaults, **values})


def group_of_accounts(name):
    """Return a group that migrations made, made anew where a flushing test took it away."""
    return Group.objects.get_or_create(name=name)[0]


def new_user(username, *, authority=None, groups=(), **values):
    user = User.objects.create_user(username, authority=authority, **values)
    user.groups.set(group_of_accounts(name) for name in groups)
    return user


def new_framework(group=None, *, year=2023, criteria=TOTAL, bands=BANDS, **values):
    """Make a framework; ``criteria``: (number, maximum, kind), ``bands``: (name, floor)."""
    framework = Framework.objects.create(
        group=group or new_group(), year=year, **{"title": f"Chỉ số năm {year}", **values}
    )
    nodes = {}
    for position, (number, max_points, *kind) in enumerate(criteria, start=1):
        nodes[number] = Criterion.objects.create(
            framework=framework,
            parent=nodes.get(number.rpartition(".")[0]),
            number=number,
            position=position,
            title=f"Tiêu chí {number}",
            max_points=decimal(max_points),
            kind=kind[0] if kind else "appraised",
        )
    ClassBand.objects.bulk_create(
        ClassBand(framework=framework, position=position, name=name, floor=decimal(floor))
        for position, (name, floor) in enumerate(bands, start=1)
    )
    return framework


def leaf(framework, number="1"):
    return framework.criteria.get(number=number)


def open_cards(framework, units):
    """Give the units their scorecards; return them in the order of ``units``."""
    units = list(units)
    cards = assessing.open_scorecards(framework, units)
    return [cards[unit.pk] for unit in units]


def give_points(framework, points, *, field="awarded"):
    """Enter ``points``: unit → text, or unit → leaf number → text; None leaves the leaf empty."""
    cards = open_cards(framework, points)
    leaves = {criterion.number: criterion.pk for criterion in framework.criteria.leaves()}
    assessing.enter(
        framework,
        [
            assessing.Entry(card.pk, leaves[number], {field: Decimal(value)})
            for card, given in zip(cards, points.values(), strict=True)
            for number, value in (given if isinstance(given, dict) else {"1": given}).items()
            if value is not None
        ],
    )


def give_maximum(framework, unit, max_points, *, number="1", reason="nguồn không nêu"):
    (card,) = open_cards(framework, [unit])
    key = (card.pk, leaf(framework, number).pk)
    assessing.set_maxima(framework, {key: Decimal(max_points)}, reason=reason)


def announce(framework, unit, **printed):
    """Store what a source printed for the unit: index_percent, rank, class_name."""
    (card,) = open_cards(framework, [unit])
    if "index_percent" in printed:
        printed["index_percent"] = Decimal(printed["index_percent"])
    assessing.record_announced(framework, {card.pk: printed})


def seal(framework, **values):
    """Seal what the framework holds and show it at once, unless ``values`` say otherwise."""
    return publishing.seal(framework, **{"acknowledged": True, "public_from": LONG_AGO, **values})


def open_correction(framework, *, reason="Cộng sai.", decided_by="Chủ tịch UBND tỉnh"):
    """Let a sealed framework take scores again, for a correction."""
    by = User.objects.filter(username="dinh-chinh").first() or new_user("dinh-chinh")
    assessing.open_correction(framework, reason=reason, decided_by=decided_by, by=by)
    framework.refresh_from_db()


def new_edition(points, *, group=None, units=None, **values):
    """Publish a league table of ``points``: unit name → points, as `give_points` takes them.

    Units that the authority has under that name are taken again. What `seal` does not take goes
    to `new_framework`.
    """
    group = group or new_group()
    known = {unit.name: unit for unit in group.authority.units.all()}
    units = {
        name: known.get(name) or new_unit(group.authority, name, kind=group.kind) for name in points
    }
    of_edition = {
        key: values.pop(key)
        for key in ("completeness", "decision", "note", "public_from")
        if key in values
    }
    framework = new_framework(group, **values)
    give_points(framework, {units[name]: given for name, given in points.items()})
    return seal(framework, **of_edition)


def tomorrow():
    return timezone.now() + datetime.timedelta(days=1)


def new_indicator(authority, slug="ho-so-dung-han", **values):
    defaults = {"name": "Hồ sơ giải quyết đúng hạn", "measure_unit": "%", "is_share": True}
    return Indicator.objects.create(authority=authority, slug=slug, **{**defaults, **values})


def new_target(indicator, value="100", *, due_on=datetime.date(2025, 5, 19), **values):
    return Target.objects.create(
        authority=indicator.authority,
        indicator=indicator,
        value=Decimal(value),
        due_on=due_on,
        **{"public": True, **values},
    )


def measure(indicator, on, value, **values):
    """Record a public measurement; ``on`` is a date, ``value`` text."""
    return measuring.measure(indicator, on=on, value=decimal(value), **{"public": True, **values})


def report_dossiers(unit, month, *counts, public=True):
    """Report a unit's dossiers of one month: received, on time, late, pending, overdue."""
    entry = measuring.Report(unit.pk, month, dict(zip(measuring.COUNTS, counts, strict=False)))
    measuring.report(unit.authority, [entry])
    rows = unit.dossier_months.filter(month=month)
    measuring.show(rows, public=public)
    return rows.get()


def new_commitment(
    unit, text="Giải quyết 100% hồ sơ đúng hạn", *, year=2024, signed=True, **values
):
    """Make a commitment, signed on 15 February of its year and public unless told otherwise."""
    public = values.pop("public", signed)
    (row,) = keeping.promise(
        [
            Commitment(
                unit=unit,
                year=year,
                text=text,
                **{"due_on": datetime.date(year, 12, 31), **values},
            )
        ]
    )
    if signed:
        day = datetime.date(year, 2, 15)
        keeping.sign([row], signed_by="Giám đốc", signed_on=day, public=public)
        row.refresh_from_db()
    return row


def check(commitment, on, step="in_progress", finding="Đang triển khai.", **values):
    """Record a public finding on a day."""
    return keeping.check(
        commitment, on=on, step=step, finding=finding, **{"public": True, **values}
    )
