"""What the templates need in words, numbers and markup; it formats and decides nothing."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.urls import translate_url
from django.utils.formats import localize, number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from scorecards import wording
from scorecards.tables import class_tone

register = template.Library()

DASH = "—"
ORDER_CLASSES = {"orderable", "asc", "desc"}


@register.filter
def points(value, decimals=2):
    """Return a number as readers of the current language write it: "98,98", "98.98"; None is "—".

    Rounded half up to ``decimals``, always that many places, thousands grouped.
    """
    if value is None:
        return DASH
    exact = Decimal(value).quantize(Decimal(1).scaleb(-int(decimals)), ROUND_HALF_UP)
    return number_format(exact, int(decimals), use_l10n=True, force_grouping=True)


@register.filter
def count(value):
    """Return a whole number with its thousands grouped: "1.838", "1,838"; None is "—"."""
    if value is None:
        return DASH
    return number_format(int(value), 0, use_l10n=True, force_grouping=True)


@register.filter
def counts_in_words(counts):
    """Return class counts as officials write them: "13 tốt, 5 khá, 2 trung bình"."""
    return wording.counts_in_words(counts)


@register.filter
def tone(class_name):
    """Return the colour word of a class, such as "tot"; of no class, "none"."""
    return class_tone(class_name)


@register.simple_tag
def translate_url_of(request, language):
    """Return the address of the page at hand in ``language``, its query kept."""
    return translate_url(request.get_full_path(), language)


@register.simple_tag
def class_badge(name):
    """Return the class as a word in its colour; an unknown class says so, hatched."""
    if not name:
        return format_html('<span class="badge t-none">{}</span>', _("no data yet"))
    return format_html('<span class="badge t-{}">{}</span>', class_tone(name), name)


@register.inclusion_tag("components/class_legend.html")
def class_legend(bands, counts, classified_by="index"):
    """Show the classes from the top, each with its band in words and its number of units.

    ``bands``: objects with name, floor, inclusive, inferred, given top to bottom; may be empty.
    ``counts``: class name → number of units, or None where it was not published; a class that
    has no band follows the others.
    """
    suffix = "%" if classified_by == "index" else " " + _("points (unit)")
    classes = []
    above = None
    for band in bands:
        classes.append(
            {
                "name": band.name,
                "tone": class_tone(band.name),
                "limits": _limits(band, above, suffix),
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
    return {"classes": classes, "inferred": any(entry["inferred"] for entry in classes)}


def _limits(band, above, suffix):
    """Return the band in words: "from 90%", "above 80%", "below 60%"; "" if it has no limits."""
    if band.floor is not None:
        words = _("from %(floor)s") if band.inclusive else _("above %(floor)s")
        return words % {"floor": _plain(band.floor) + suffix}
    if above is None or above.floor is None:
        return ""
    words = _("below %(floor)s") if above.inclusive else _("up to %(floor)s")
    return words % {"floor": _plain(above.floor) + suffix}


def _plain(number):
    """Return a number without the zeros that its column adds: "80", "97,5"."""
    places = max(0, -number.normalize().as_tuple().exponent)
    return number_format(number, places, use_l10n=True)


@dataclass(frozen=True)
class Head:
    """A column of a table as the template needs it, made once for all its cells."""

    column: object
    label: str
    attributes: SafeString
    sort: str
    open: SafeString
    close: SafeString


@register.simple_tag
def table_heads(table):
    """Return the visible columns of a django-tables2 table as a list of `Head`.

    A column with ``attrs={"td": {"scope": "row"}}`` holds the headings of the rows. Tables of the
    class ``league`` change their display on small screens and carry the roles that this takes away.
    """
    listed = is_league(table)
    return [_head(column, listed) for column in table.columns]


@register.filter
def is_league(table):
    """Say whether the table turns into a list on small screens."""
    return "league" in (table.attrs.get("class") or "").split()


def _head(column, listed):
    attrs = column.attrs
    td = dict(attrs["td"])
    classes = td["class"] or ""
    tag = "th" if "scope" in td else "td"
    cell = {"class": classes, "scope": td.get("scope")}
    th_classes = set((attrs["th"]["class"] or "").split()) - ORDER_CLASSES
    th = {"scope": "col", "class": " ".join(sorted(th_classes))}
    if column.is_ordered:
        th["aria-sort"] = "descending" if column.order_by_alias.is_descending else "ascending"
    if listed:
        th["role"] = "columnheader"
        cell["role"] = "rowheader" if tag == "th" else "cell"
        cell["data-label"] = column.header if "more" in classes.split() else None
    return Head(
        column=column,
        label=column.header,
        attributes=_attributes(th),
        sort=column.order_by_alias.next if column.orderable else "",
        open=format_html("<{}{}>", tag, _attributes(cell)),
        close=format_html("</{}>", tag),
    )


def _attributes(pairs):
    return format_html_join("", ' {}="{}"', ((key, value) for key, value in pairs.items() if value))


@register.filter
def cells(row, heads):
    """Return the cells of a row of a django-tables2 table as HTML, values escaped."""
    return _cells(heads, lambda name: row.get_cell(name))


@register.filter
def summary_cells(summary, heads):
    """Return a row under the table as HTML; ``summary`` maps column name → text."""
    return _cells(heads, lambda name: summary.get(name, ""))


def _cells(heads, value_of):
    # Every piece is escaped: `open` and `close` by format_html, the value here.
    return mark_safe(
        "".join(
            f"{head.open}{conditional_escape(localize(value_of(head.column.name)))}{head.close}"
            for head in heads
        )
    )
