"""What a search found, and where it belongs, in the words officials use."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards.wording import number


def found_in_words(found, words) -> str:
    """Return how much a search found; "" where nothing was searched for."""
    if not found.typed:
        return ""
    if not found.total:
        return _("Nothing matches “%(words)s”.") % {"words": words}
    return ngettext(
        "%(count)d result for “%(words)s”.", "%(count)d results for “%(words)s”.", found.total
    ) % {"count": found.total, "words": words}


def authority_in_context(authority) -> str:
    """Return what an authority is called besides its name, and until when it lives."""
    return " · ".join([authority.place, *life_of(authority), *_invented(authority)])


def unit_in_context(unit, result) -> str:
    """Return where a unit belongs, how long it lives, and its newest ``result``, if it has one."""
    parts = [unit.authority.place, str(unit.get_kind_display()), *life_of(unit)]
    if result is not None:
        parts.append(_newest(result))
    return " · ".join([*parts, *_invented(unit.authority)])


def life_of(body) -> list[str]:
    """Return from when and until when a unit or authority lives, as far as it is recorded."""
    life = []
    if body.starts_on:
        day = date_format(body.starts_on, "SHORT_DATE_FORMAT")
        life.append(_("since %(date)s") % {"date": day})
    if body.ends_on:
        day = date_format(body.ends_on, "SHORT_DATE_FORMAT")
        life.append(_("until %(date)s") % {"date": day})
    return life


def _newest(result):
    edition = result.edition
    known = []
    if result.index_percent is not None:
        known.append(f"{number(result.index_percent, edition.decimals)}%")
    if result.class_name:
        known.append(result.class_name.lower())
    said = ", ".join(known) or _("no data yet")
    return f"{edition.year}: {said}"


def criterion_in_context(criterion) -> str:
    """Return whose criterion it is, of which group and year."""
    group = criterion.framework.group
    parts = [group.authority.place, group.name, str(criterion.framework.year)]
    return " · ".join([*parts, *_invented(group.authority)])


def _invented(authority):
    return [_("illustrative data")] if authority.illustrative else []
