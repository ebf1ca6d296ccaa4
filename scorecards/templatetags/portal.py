"""What the templates need in words, numbers and markup; it formats and decides nothing."""

import json
from dataclasses import dataclass
from functools import cache
from inspect import ismethod

from django import template
from django.urls import reverse
from django.utils.formats import localize, number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tables2.utils import computed_values, signature

from scorecards.tables.base import DASH, class_badge, class_tone, in_places
from scorecards.wording import counts_in_words

register = template.Library()
register.simple_tag(class_badge)
register.filter(counts_in_words)

ORDER_CLASSES = {"orderable", "asc", "desc"}
LISTS = {"league", "tree", "heat", "lines"}
DATA_LANGUAGE = "vi"
# What could end the data block early, as JSON may write it too.
HARMLESS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}


@register.filter
def points(value, decimals):
    """Return a number as readers of the language at hand write it: "98,98", "98.98"; None is "—".

    Rounded half up to ``decimals``, always that many places, thousands grouped.
    """
    if value is None:
        return DASH
    return number_format(in_places(value, decimals), decimals, force_grouping=True)


@register.filter
def count(value):
    """Return a whole number with its thousands grouped: "1.838", "1,838"; None is "—"."""
    return DASH if value is None else number_format(value, 0, force_grouping=True)


@register.filter
def json_ld(value):
    """Return a description for machines as a data block, which no browser runs."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(HARMLESS)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


@register.inclusion_tag("components/cite.html", takes_context=True)
def cite(context, edition):
    """Show how a page of an edition is cited: who, what, which edition, when, where.

    The address names the version, so that what is cited stays what it was.
    """
    version = [edition.authority.slug, edition.year, edition.group.slug, edition.version]
    address = reverse("league_table_version", args=version)
    return {
        "edition": edition,
        "address": context["request"].build_absolute_uri(address),
        "shown_on": edition.public_from or edition.sealed_at,
    }


@register.inclusion_tag("components/class_legend.html")
def class_legend(bands, counts=None, classified_by="index"):
    """Show the classes from the top, each with its band in words and its number of units.

    ``bands``: objects with name, floor, inclusive, inferred, given top to bottom; may be empty.
    ``counts``: class name → number of units, or None where it was not published; a class that
    has no band follows the others. Without ``counts`` the classes stand alone.
    """
    counted, counts = counts is not None, counts or {}
    measure = "%(points)s%%" if classified_by == "index" else _("%(points)s points")
    classes = []
    above = None
    for band in bands:
        classes.append(
            {
                "name": band.name,
                "tone": class_tone(band.name),
                "limits": _limits(band, above, measure),
                "inferred": band.inferred,
                "count": counts.get(band.name),
            }
        )
        above = band
    known = {entry["name"] for entry in classes}
    classes += [
        {"name": name, "tone": class_tone(name), "limits": "", "inferred": False, "count": number}
        for name, number in counts.items()
        if name not in known
    ]
    inferred = any(entry["inferred"] for entry in classes)
    return {"classes": classes, "inferred": inferred, "counted": counted}


def _limits(band, above, measure):
    """Return the band in words: "from 90%", "above 80%", "below 60%"; "" if it has no limits."""
    if band.floor is not None:
        words = _("from %(floor)s") if band.inclusive else _("above %(floor)s")
        return words % {"floor": measure % {"points": _plain(band.floor)}}
    if above is None or above.floor is None:
        return ""
    words = _("below %(floor)s") if above.inclusive else _("up to %(floor)s")
    return words % {"floor": measure % {"points": _plain(above.floor)}}


def _plain(number):
    """Return a number without the zeros that its column adds: "80", "97,5"."""
    places = max(0, -number.normalize().as_tuple().exponent)
    return number_format(number, places)


@dataclass(frozen=True)
class Head:
    """A column of a table as the template needs it, made once for all its cells."""

    column: object
    arguments: tuple | None
    default: object
    label: str
    attributes: SafeString
    sort: str
    sorted: str
    cell_start: SafeString
    unknown_start: SafeString
    cell_end: SafeString


@register.filter
def becomes_list(table):
    """Say whether small screens show the table as a list, as its class tells them."""
    return not LISTS.isdisjoint((table.attrs.get("class") or "").split())


@register.simple_tag
def table_heads(table, first_is_heading=False):
    """Return the columns of a django-tables2 table as a list of `Head`.

    ``attrs={"td": {"scope": "row"}}`` makes the cells of a column the headings of their rows, as
    does ``first_is_heading`` those of the first. Where small screens show a list, cells carry
    their column's name as a class, its heading, and the roles that a list takes away. On pages of
    another language than the data, the names that head the rows say that they are Vietnamese, so
    that a screen reader pronounces them so.
    """
    in_list = becomes_list(table)
    foreign = get_language() != DATA_LANGUAGE
    return [
        _head(column, in_list, foreign, "row" if first_is_heading and not place else None)
        for place, column in enumerate(table.columns)
    ]


def _head(column, in_list, foreign, scope):
    td, th = column.attrs["td"], column.attrs["th"]
    scope = scope or td.get("scope")
    tag = "th" if scope else "td"
    name = [column.name] if in_list else []
    arguments, takes_everything = _signature(column.render)
    classes = [*(td.get("class") or "").split(), *name]
    head = {"scope": "col", "class": _without(ORDER_CLASSES, th.get("class"), name)}
    cell = {"scope": scope}
    if foreign and ("unit" in classes or column.name == "title"):
        cell["lang"] = DATA_LANGUAGE
    direction = ""
    if column.is_ordered:
        direction = "descending" if column.order_by_alias.is_descending else "ascending"
        head["aria-sort"] = direction
    if in_list:
        head["role"] = "columnheader"
        cell["role"] = "rowheader" if tag == "th" else "cell"
        cell["data-label"] = column.header if tag == "td" else None
    return Head(
        column=column,
        arguments=None if takes_everything else arguments,
        default=column.default,
        label=column.header,
        attributes=_attributes(head),
        sort=column.order_by_alias.next if column.orderable else "",
        sorted=direction,
        cell_start=format_html("<{}{}>", tag, _attributes({"class": _joined(classes), **cell})),
        unknown_start=format_html(
            "<{}{}>", tag, _attributes({"class": _joined([*classes, "unknown"]), **cell})
        ),
        cell_end=format_html("</{}>", tag),
    )


def _signature(render):
    """Return what a column's ``render`` takes; a method takes the same for every table."""
    return _signature_of(render.__func__) if ismethod(render) else signature(render)


@cache
def _signature_of(function):
    (_self, *arguments), takes_everything = signature(function)
    return tuple(arguments), takes_everything


def _without(unwanted, classes, more):
    return _joined([*(name for name in (classes or "").split() if name not in unwanted), *more])


def _joined(classes):
    return " ".join(dict.fromkeys(classes))


def _attributes(pairs):
    """Return HTML attributes, each after a space; the empty ones are left out."""
    return format_html_join("", ' {}="{}"', ((key, text) for key, text in pairs.items() if text))


@register.filter
def row_attributes(row):
    """Return the attributes that the table's ``row_attrs`` give this row, each after a space."""
    if not row.table.row_attrs:
        return ""
    return _attributes(
        computed_values(row.table.row_attrs, kwargs={"table": row.table, "record": row.record})
    )


@register.filter
def cells(row, heads):
    """Return the cells of a row of a django-tables2 table as HTML, values escaped."""
    return _cells(heads, [_value(row, head) for head in heads])


def _value(row, head):
    """Return what `row.get_cell` does, which for each cell looks up anew what ``render`` takes.

    Rows that are dicts and columns that only render, as nearly all of ours, go the short way:
    half the time of a whole table.
    """
    column, record = head.column, row.record
    short_way = head.arguments is not None and not column.link and isinstance(record, dict)
    if not short_way or column.accessor not in record:
        return row.get_cell(column.name)
    value = record[column.accessor]
    if value in column.column.empty_values:
        return head.default
    available = {
        "value": value,
        "record": record,
        "column": column.column,
        "bound_column": column,
        "bound_row": row,
        "table": row.table,
    }
    return column.render(**{name: available[name] for name in head.arguments})


@register.filter
def summary_cells(summary, heads):
    """Return the cells of a row under the table; ``summary`` maps column name → text."""
    return _cells(heads, [summary.get(head.column.name, "") for head in heads])


def _cells(heads, values):
    return mark_safe("".join(map(_cell, heads, values)))


def _cell(head, value):
    # Nothing enters unescaped: the tags are made by format_html, the value is escaped here.
    start = head.unknown_start if value == DASH else head.cell_start
    return f"{start}{conditional_escape(localize(value))}{head.cell_end}"
