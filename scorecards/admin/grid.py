"""The entry grid of a framework: units in rows, leaves in columns, saved whole or not at all.

It reads what was typed and shows what stands; `scorecards.assessing` alone writes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from scorecards import assessing, calculation
from scorecards.importing.decimals import read_points
from scorecards.importing.problems import Problem
from scorecards.importing.sheet import Cell
from scorecards.models.assessment import Applicability, Score
from scorecards.models.framework import Criterion, Framework

UNITS_A_PAGE = 50
# Each cell is two fields of the form, and DATA_UPLOAD_MAX_NUMBER_FIELDS is 10,000.
CELLS_A_PAGE = 50 * 95
# A framework of more leaves opens at its first field.
LEAVES_AT_ONCE = 20
ALL_FIELDS = "tat-ca"
WRONG_CELLS_LISTED = 20

CELL_NAME = re.compile(r"v-([0-9]{1,18})-([0-9]{1,18})")

Key = tuple[int, int]  # scorecard id, criterion id


@dataclass(frozen=True)
class Typed:
    """A changed cell: the ``text`` typed, its ``value``, and the value ``seen`` before typing.

    ``objection`` says what is wanted instead, ``overtaken`` what somebody else wrote meanwhile.
    """

    text: str
    value: Decimal | None
    seen: Decimal | None
    objection: str = ""
    overtaken: str = ""


class Structure:
    """Rows, columns and maxima of a framework's grid, in four queries with the `standing` points.

    ``cards`` and ``leaves`` are by primary key, in the official order of units and of the tree.
    """

    def __init__(self, framework: Framework):
        self.framework = framework
        self.criteria = {
            row.pk: row for row in framework.criteria.order_by("position", "pk").defer("guidance")
        }
        branches = {row.parent_id for row in self.criteria.values()}
        self.leaves = {pk: row for pk, row in self.criteria.items() if pk not in branches}
        self.cards = {
            card.pk: card
            for card in framework.scorecards.select_related("unit").order_by(
                "unit__position", "unit__sort_key", "pk"
            )
        }
        self.own_maxima = {
            (row.scorecard_id, row.criterion_id): row
            for row in Applicability.objects.filter(scorecard__framework=framework)
        }

    @cached_property
    def fields(self) -> dict[str, list[Criterion]]:
        """The leaves of each top-level branch, by its number."""
        fields: dict[str, list[Criterion]] = {}
        for leaf in self.leaves.values():
            fields.setdefault(self.top_of(leaf).number, []).append(leaf)
        return fields

    def top_of(self, criterion: Criterion) -> Criterion:
        while criterion.parent_id is not None:
            criterion = self.criteria[criterion.parent_id]
        return criterion

    def maximum(self, key: Key) -> Decimal | None:
        """Return the maximum of the leaf for this unit; 0: does not apply; None: unknown."""
        own = self.own_maxima.get(key)
        return own.max_points if own else self.leaves[key[1]].max_points

    def standing(self, cards) -> dict[Key, Decimal]:
        """Return the points that stand on ``cards``; an empty cell has no key."""
        return {
            (card, leaf): awarded
            for card, leaf, awarded in Score.objects.filter(
                scorecard__in=cards, awarded__isnull=False
            ).values_list("scorecard_id", "criterion_id", "awarded")
        }


@never_cache
def grid_view(request, framework: Framework):
    """Show the entry grid of ``framework``, or save what was typed into it.

    404 for whoever does not administer its authority. Nothing is written if a cell is wrong (422)
    or was changed by somebody else meanwhile (409): the page comes back as it was typed.
    """
    if not (request.user.is_authenticated and request.user.can_administer(framework.authority)):
        raise Http404
    structure = Structure(framework)
    if request.method != "POST":
        return _page(request, structure, {})
    typed = read_cells(structure, request.POST)
    if any(cell.objection for cell in typed.values()) and not framework.is_sealed:
        return _page(request, structure, typed, status=422)
    entries = [
        assessing.Entry(card, leaf, {"awarded": cell.value}, seen=(cell.seen,))
        for (card, leaf), cell in typed.items()
    ]
    try:
        written = assessing.enter(framework, entries, by=request.user)
    except assessing.Overtaken as overtaken:
        return _page(request, structure, _beside(typed, overtaken.scores, framework), status=409)
    except assessing.Sealed as sealed:
        messages.error(request, f"{_('Nothing was saved.')} {sealed}")
    except assessing.Refused as refused:
        return _page(request, structure, typed, refusal=capfirst(str(refused)), status=409)
    else:
        _say_written(request, written.added + written.changed)
    return HttpResponseRedirect(request.get_full_path())


def _say_written(request, number):
    if number:
        sentence = ngettext("%(count)d cell was saved.", "%(count)d cells were saved.", number)
        messages.success(request, sentence % {"count": number})
    else:
        messages.info(request, _("No cell was changed, so nothing was saved."))


def read_cells(structure: Structure, posted: Mapping[str, str]) -> dict[Key, Typed]:
    """Return the cells whose points differ from those seen, with what is wrong with them."""
    cells = {}
    for name, text in posted.items():
        match = CELL_NAME.fullmatch(name)
        if match is None:
            continue
        key = (int(match[1]), int(match[2]))
        seen = _seen(posted.get("s-" + name.removeprefix("v-"), ""))
        cell = _typed(structure, key, text.strip(), seen)
        if cell.objection or cell.value != seen:
            cells[key] = cell
    return cells


def _seen(text):
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise BadRequest("A field of the grid that nobody types into was changed.") from None


def _typed(structure, key, text, seen):
    decimals = structure.framework.decimals
    value = read_points(Cell("", "", text or None), decimals=decimals)
    if isinstance(value, Problem):
        return Typed(text, None, seen, capfirst(value.wanted))
    # A cell of no leaf or no unit of this framework is refused when it is written.
    if value is None or key[0] not in structure.cards or key[1] not in structure.leaves:
        return Typed(text, value, seen)
    objection = assessing.objection_to_points(
        value,
        kind=structure.leaves[key[1]].kind,
        max_points=structure.maximum(key),
        decimals=decimals,
    )
    return Typed(text, value, seen, capfirst(objection or ""))


def _beside(typed, scores, framework):
    """Return ``typed`` with the sentence of what ``scores`` say now, counted as seen from here."""
    typed = dict(typed)
    for score in scores:
        key = (score.scorecard_id, score.criterion_id)
        yours = typed[key]
        sentence = _(
            "You typed %(yours)s. Meanwhile %(who)s wrote %(theirs)s (%(when)s). "
            "Save again to put yours in its place, or type theirs to keep it."
        ) % {
            "yours": yours.text or "—",
            "theirs": written(score.awarded, framework.decimals) or "—",
            "who": _name(score.changed_by),
            "when": _moment(score.changed_at),
        }
        typed[key] = replace(yours, seen=score.awarded, overtaken=sentence)
    return typed


def _name(user):
    return _("somebody else") if user is None else user.get_full_name() or user.get_username()


def _moment(at):
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "—"


def written(value: Decimal | None, decimals: int) -> str:
    """Return points as people type them: "88,35"; "" for none, no digit is dropped."""
    if value is None:
        return ""
    places = max(decimals, -value.normalize().as_tuple().exponent)
    return number_format(value, places)


def _page(request, structure, typed, *, refusal="", status=200):
    framework = structure.framework
    field, leaves = _chosen_field(request, structure)
    units_a_page = min(UNITS_A_PAGE, CELLS_A_PAGE // max(1, len(leaves)))
    pages = Paginator(list(structure.cards), units_a_page)
    page = pages.get_page(request.GET.get("trang"))
    standing = structure.standing(page.object_list)
    context = {
        **admin.site.each_context(request),
        "is_nav_sidebar_enabled": False,  # its place belongs to the grid
        "title": _("Entry: %(framework)s") % {"framework": framework},
        "framework": framework,
        "columns": [
            {"leaf": leaf, "maximum": written(leaf.max_points, framework.decimals)}
            for leaf in leaves
        ],
        "rows": [_row(structure, card, leaves, standing, typed) for card in page.object_list],
        "fields": _field_links(structure, field, page.number),
        "field": field,
        "pages": _page_links(field, pages, page) if pages.num_pages > 1 else [],
        "wrong": _listed(structure, typed, page.object_list, leaves, "objection"),
        "overtaken": _listed(structure, typed, page.object_list, leaves, "overtaken"),
        "refusal": refusal,
    }
    return render(request, "admin/scorecards/grid.html", context, status=status)


def _chosen_field(request, structure):
    """Return the field's number ("" for all of them) and its leaves; 404 if there is none such."""
    fields, leaves = structure.fields, list(structure.leaves.values())
    default = next(iter(fields)) if len(leaves) > LEAVES_AT_ONCE else ALL_FIELDS
    field = request.GET.get("linh-vuc", default)
    if field == ALL_FIELDS:
        return "", leaves
    if field not in fields:
        raise Http404
    return field, fields[field]


def _query(field, page):
    return "?" + urlencode({"linh-vuc": field or ALL_FIELDS, "trang": page})


def _field_links(structure, chosen, page):
    if len(structure.fields) < 2 or len(structure.leaves) == len(structure.fields):
        return []
    title_of = {row.number: row.title for row in structure.criteria.values()}
    fields = [(number, f"{number}. {title_of[number]}") for number in structure.fields]
    return [
        {"title": title, "query": _query(number, page), "current": number == chosen}
        for number, title in [*fields, ("", _("All fields"))]
    ]


def _page_links(field, pages, page):
    return [
        {
            "title": f"{one.start_index()}–{one.end_index()}",
            "query": _query(field, one.number),
            "current": one.number == page.number,
        }
        for one in pages
    ]


def _row(structure, card, leaves, standing, typed):
    """Return one unit's cells and what it has so far, in the columns shown and in all."""
    shown = _total(structure, card, leaves, standing)
    everything = shown
    if len(leaves) < len(structure.leaves):
        everything = _total(structure, card, structure.leaves.values(), standing)
    return {
        "card": card,
        "unit": structure.cards[card].unit,
        "cells": [_cell(structure, (card, leaf.pk), standing, typed) for leaf in leaves],
        "total": shown,
        "grand_total": everything,
    }


def _total(structure, card, leaves, standing):
    """Return the points entered so far, the maximum and the number of empty cells, for display."""
    decimals = structure.framework.decimals
    number_of = {leaf.pk: leaf.number for leaf in leaves}
    awarded = {
        number: standing[card, pk]
        for pk, number in number_of.items()
        if (card, pk) in standing and structure.maximum((card, pk)) != 0
    }
    own = {
        number: structure.own_maxima[card, pk].max_points
        for pk, number in number_of.items()
        if (card, pk) in structure.own_maxima
    }
    result = calculation.compute(
        [calculation.Leaf(leaf.number, leaf.kind, leaf.max_points) for leaf in leaves],
        {card: calculation.Card(awarded, own)},
        rules=calculation.Rules(decimals),
        bands=(),
    )[card]
    return {
        "points": written(sum(awarded.values()), decimals) if awarded else "—",
        "maximum": written(result.max_points, decimals) or "—",
        "missing": len(result.missing),
    }


def _cell(structure, key, standing, typed):
    decimals = structure.framework.decimals
    own = structure.own_maxima.get(key)
    points = standing.get(key)
    cell = typed.get(key)
    name = f"{key[0]}-{key[1]}"
    described_by = [f"x-{name}"] if own and own.max_points else []
    if cell and (cell.objection or cell.overtaken):
        described_by.append(f"m-{name}")
    seen = cell.seen if cell else points
    return {
        "name": name,
        "leaf": key[1],
        "text": cell.text if cell else written(points, decimals),
        "seen": "" if seen is None else f"{seen:f}",
        "was": written(seen, decimals),
        "changed": cell is not None,
        # Points that stand where nothing applies any more can still be taken away.
        "applies": own is None or own.max_points != 0 or points is not None or cell is not None,
        "own_maximum": written(own.max_points, decimals) if own else "",
        "reason": own.reason if own else "",
        "objection": cell.objection if cell else "",
        "overtaken": cell.overtaken if cell else "",
        "described_by": " ".join(described_by),
    }


def _listed(structure, typed, cards, leaves, attribute):
    """Return the cells with a sentence in ``attribute``, in the grid's order, each with its link.

    At most `WRONG_CELLS_LISTED` of them, and the number of those left out.
    """
    shown = {(card, leaf.pk) for card in cards for leaf in leaves}
    cells = [
        {
            "link": f"#v-{card}-{leaf}" if (card, leaf) in shown else "",
            "unit": structure.cards[card].unit.name,
            "number": structure.leaves[leaf].number,
            "sentence": getattr(typed[card, leaf], attribute),
        }
        for card in structure.cards
        for leaf in structure.leaves
        if (card, leaf) in typed and getattr(typed[card, leaf], attribute)
    ]
    return {
        "number": len(cells),
        "cells": cells[:WRONG_CELLS_LISTED],
        "more": max(0, len(cells) - WRONG_CELLS_LISTED),
    }
