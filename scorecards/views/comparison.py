"""Up to four units of one group and year side by side, at an address that can be shared."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from freshness.pages import published
from scorecards import comparing, comparison_in_words, wording
from scorecards.charts.comparison import comparison_chart
from scorecards.models.publication import Edition
from scorecards.tables.comparison import SIGNS, comparison_rows, comparison_table, total_row
from scorecards.tables.league import LeagueTable, league_rows, lines_of
from scorecards.views import trail
from scorecards.views.files import chart_response, edition_metadata, file_name, table_response
from scorecards.views.public import league_url
from units.models import Authority
from units.vietnamese import fold

MOST_NAMES = 20  # read from an address; the rest is noise
MOST_OPTIONS = 200  # of a list to choose from; larger groups are searched
MOST_FOUND = 20


@dataclass(frozen=True)
class Question:
    """What a reader asks: ``?don-vi=`` up to four times, ``?nam=``, ``?khoi=``, ``?q=``."""

    units: tuple[str, ...]
    year: int | None
    group: str
    words: str


def question_of(request):
    """Return what the address asks; what is no year or no name counts as not asked."""
    texts = [text.replace("\0", "").strip()[:80] for text in request.GET.getlist("don-vi")]
    year = request.GET.get("nam", "")
    return Question(
        units=tuple(text for text in texts if text)[:MOST_NAMES],
        year=int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None,
        group=request.GET.get("khoi", ""),
        words=request.GET.get("q", "").replace("\0", "").strip(),
    )


class Page:
    """One question to one authority, answered: the choice, its edition, the comparison."""

    def __init__(self, authority, question):
        self.authority, self.question = authority, question
        self.editions = comparing.listed(authority)
        names = dict(
            authority.units.filter(slug__in=question.units).values_list("slug", "name")
            if question.units
            else ()
        )
        self.choice = comparing.choose(
            question.units,
            names=names,
            appearances=comparing.appearances(authority, names, self.editions) if names else (),
            editions=self.editions,
            year=question.year,
            group=question.group,
        )

    @cached_property
    def edition(self):
        listed = self.choice.edition
        return listed and Edition.objects.with_context().get(pk=listed.pk)

    @cached_property
    def comparison(self):
        return self.edition and comparing.compare(self.edition, self.choice.units)

    @property
    def address(self):
        return reverse("comparison", args=[self.authority.slug])

    def query(self, units=None):
        """Return what stands behind the address to ask for ``units`` in the edition shown."""
        listed = self.choice.edition
        asked = [("don-vi", unit) for unit in (self.choice.units if units is None else units)]
        if listed:
            asked += [("khoi", listed.group), ("nam", listed.year)]
        return f"?{urlencode(asked)}" if asked else ""

    @cached_property
    def finding(self):
        return comparison_in_words.comparison_finding(self.comparison) if self.comparison else ""

    @property
    def caveat(self):
        return comparison_in_words.comparison_caveat(self.comparison) if self.comparison else ""

    @cached_property
    def chart(self):
        """The chart of the fields; None where no field has an index."""
        if not self.comparison or not self.comparison.indexed:
            return None
        return comparison_chart(
            self.comparison,
            summary=self.finding,
            source=wording.source_line(self.edition),
            query=self.query(),
        )

    @property
    def whole(self):
        """The league table's rows of the units alone, in the order asked."""
        comparison = self.comparison
        slug = f"{league_url(self.edition, None)}{{}}/".format
        rows = league_rows(
            self.edition, lines_of(comparison.results), self.edition.bands.all(), {}, unit_url=slug
        )
        table = LeagueTable(rows, orderable=False, caption=self._caption(), hide=_empty(rows))
        if comparison.totals.median is not None:
            table.summary_rows = (
                {
                    "unit_name": _("Median of the group"),
                    "index_percent": wording.number(
                        comparison.totals.median, self.edition.decimals
                    ),
                },
            )
        return table

    def _caption(self):
        totals = self.comparison.totals
        if not self.edition.is_full or not totals.ranked:
            return _("Index, points and class of the whole year")
        return _("Index, points and class of the whole year; rank among %(count)s ranked units") % {
            "count": totals.ranked
        }

    @property
    def fields(self):
        rows = comparison_rows(self.comparison, self.comparison.fields)
        caption = _("Index of each field, in percent of the maximum that applies to the unit")
        return comparison_table(self.comparison, rows, caption=caption)

    @property
    def criteria(self):
        rows = comparison_rows(self.comparison, self.comparison.nodes)
        caption = _("Points of every criterion, with the maximum that applies to the unit")
        return comparison_table(self.comparison, rows, caption=caption, points=True)

    def file(self, suffix):
        """Return the comparison as a file: the whole index first, then every criterion."""
        rows = [
            total_row(self.comparison),
            *comparison_rows(
                self.comparison, self.comparison.nodes if self.comparison.fields else ()
            ),
        ]
        metadata = {
            **edition_metadata(self.edition),
            "units": [
                {
                    "unit": row.unit.slug,
                    "unit_name": row.unit_name,
                    "rank": row.rank,
                    "class_name": row.class_name or None,
                }
                for row in self.comparison.results
            ],
            "ranked_units": self.comparison.totals.ranked if self.edition.is_full else None,
            "finding": self.finding,
            "left_out": comparison_in_words.left_out_of_comparison(self.choice),
        }
        name = file_name(self.authority.slug, "so-sanh", self.edition.year, self.edition.group.slug)
        table = comparison_table(self.comparison, rows, caption="")
        return table_response(table, suffix, name, metadata)

    def form(self):
        """Return what the form offers: groups, years, the units chosen and those to add."""
        shown, results = self.choice.edition, self.comparison.results
        return {
            "groups": list(dict.fromkeys((one.group, one.group_name) for one in self.editions)),
            "years": sorted({one.year for one in self.editions}, reverse=True),
            "group": shown.group,
            "year": shown.year,
            "chosen": list(zip(SIGNS, results, strict=False)),
            "full": len(results) == comparing.MOST_UNITS,
            "places": ["1", "2"] if not results else ["1"],
            "words": self.question.words,
            **self._offered(),
        }

    def _offered(self):
        """Return the units that can be added: all in printed order, of many those searched for."""
        rows = (
            self.edition.results.exclude(unit__slug__in=self.choice.units)
            .order_by("position")
            .values_list("unit__slug", "unit_name")
        )
        if self.comparison.totals.units <= MOST_OPTIONS:
            return {"options": list(rows), "searched": False, "found": []}
        found = ()
        if self.question.words:
            found = rows.filter(unit__search_key__contains=fold(self.question.words))[:MOST_FOUND]
        return {
            "options": [],
            "searched": True,
            "found": [(name, self.query([*self.choice.units, unit])) for unit, name in found],
        }

    @property
    def title(self):
        names = [row.unit_name for row in self.comparison.results] if self.comparison else []
        if not names:
            return _("Compare units")
        return _("Compare: %(units)s, %(year)s") % {
            "units": ", ".join(names),
            "year": self.edition.year,
        }


def _empty(rows):
    unused = ["claimed", "appraised", "survey", "adjustment", "rank_change"]
    return unused if any(row["rank"] for row in rows) else [*unused, "rank"]


def _page(request, authority):
    authority = get_object_or_404(Authority, slug=authority)
    return Page(authority, question_of(request))


@published
def comparison(request, authority, suffix=None):
    """Show up to four units of one group and year side by side, and the form to choose them."""
    page = _page(request, authority)
    if suffix:
        if not page.comparison or not page.comparison.results:
            raise Http404(_("No unit to compare was named."))
        return page.file(suffix)
    file_url, query = page.address.rstrip("/"), page.query()
    context = {
        "authority": page.authority,
        "section": "results",
        "page": page,
        "edition": page.edition,
        "comparison": page.comparison,
        "form": page.form() if page.edition else None,
        "left_out": comparison_in_words.left_out_of_comparison(page.choice),
        "league_url": page.edition and league_url(page.edition, None),
        "chart_url": f"{page.address}bieu-do/",
        "files": {name: f"{file_url}.{name}{query}" for name in ("csv", "xlsx", "json")},
        "share_url": request.build_absolute_uri(f"{page.address}{query}"),
        "illustrative": page.authority.illustrative,
        "crumbs": trail.to(trail.authority(page.authority), trail.page(_("Compare"))),
    }
    return render(request, "scorecards/comparison.html", context)


@published
def comparison_chart_file(request, authority, slug, suffix):
    """Return the chart of the fields of the units that the address names."""
    chart = _page(request, authority).chart
    if chart is None or chart.slug != slug:
        raise Http404
    return chart_response(chart, suffix)
