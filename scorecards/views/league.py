"""What a league table shows, from an edition or a draft alike: its rows, charts and sentences."""

from dataclasses import dataclass
from functools import partial

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from scorecards import calculation, wording
from scorecards.charts.classes import class_counts_chart
from scorecards.charts.distribution import distribution_chart
from scorecards.charts.ranking import ranking_chart
from scorecards.tables.base import MOST_ROWS, RowsOnDemand
from scorecards.tables.league import (
    WITH_UNIT_ASKED_FOR,
    LeagueTable,
    Line,
    class_position,
    class_positions,
    league_rows,
)
from units.vietnamese import fold

OPTIONAL_COLUMNS = ("claimed", "appraised", "survey", "adjustment", "class_name", "rank")
NO_CLASS = "-"
FIRST = 10  # shown above a unit that was asked for in a long table
NEIGHBOURS = 5  # shown on either side of it
MOST_NAMESAKES = 12


@dataclass(frozen=True)
class Query:
    """What a reader asks of a table: ``?q= ?xep-loai= ?sap-xep= ?trang=``, or ``?don-vi=``.

    ``unit`` is a unit's address word, or words of its name.
    """

    words: str = ""
    selected: str = ""
    sort: str = ""
    page: str = ""
    unit: str = ""

    @property
    def class_name(self):
        """The class asked for; None for every class, "" for the units without one."""
        if not self.selected:
            return None
        return "" if self.selected == NO_CLASS else self.selected


EVERYTHING = Query()


def query_of(request):
    """Return the reader's question to a league table."""
    return Query(
        words=request.GET.get("q", "").strip(),
        selected=request.GET.get("xep-loai", ""),
        sort=request.GET.get("sap-xep", ""),
        page=request.GET.get("trang", ""),
        unit=request.GET.get("don-vi", "").strip(),
    )


@dataclass(frozen=True)
class League:
    """One edition with its rows in printed order; ``page_url`` ends in a slash."""

    edition: object
    results: list[Line]
    bands: list
    counts: list
    moves: dict
    page_url: str

    def rows(self, lines):
        """Return the rows of some lines, as the table takes them."""
        return league_rows(
            self.edition,
            lines,
            self.bands,
            self.moves,
            unit_url=lambda slug: f"{self.page_url}{slug}/",
        )

    @cached_property
    def indexes(self):
        return [row.index_percent for row in self.results if row.index_percent is not None]

    @cached_property
    def mean(self):
        return self._of_complete(calculation.mean)

    @cached_property
    def median(self):
        return self._of_complete(calculation.median)

    def _of_complete(self, statistic):
        """The mean of a part is not the mean of the group: None unless the edition is complete."""
        if not self.edition.is_full:
            return None
        return statistic(self.indexes, self.edition.decimals)

    @property
    def finding(self):
        return wording.league_finding(self.edition, self.results, self.counts)

    def table(self, query=EVERYTHING):
        """Return the table of all rows that ``query`` asks for, sorted as it says."""
        return self._table(
            RowsOnDemand(self._asked_for(query), self.rows, self._sort_keys()),
            order_by=query.sort or None,
        )

    def _table(self, rows, **kwargs):
        return LeagueTable(
            rows,
            hide=self._empty_columns,
            caption=self.caption,
            summary_rows=self._summary_rows(),
            **kwargs,
        )

    def _asked_for(self, query):
        lines, wanted = self.results, fold(query.words)
        if query.class_name is not None:
            lines = [line for line in lines if line.class_name == query.class_name]
        return [line for line in lines if wanted in fold(line.unit_name)] if wanted else lines

    def _sort_keys(self):
        return {
            "class_position": partial(class_position, positions=class_positions(self.bands)),
            "rank_change": lambda line: (
                self.moves[line.unit_id].gained if line.unit_id in self.moves else None
            ),
        }

    def around(self, slug):
        """Return the table with the unit of that address word marked; a long one without the rows
        that are neither among the first nor its neighbours. None if it has no such unit."""
        slugs = [line.slug for line in self.results]
        if slug not in slugs:
            return None
        rows = []
        for lines, left_out in self._stretches(slugs.index(slug)):
            rows += self.rows(lines)
            if left_out:
                rows.append({"gap": wording.rows_left_out(left_out)})
        for row in rows:
            if row.get("unit") == slug:
                row["here"] = True
        table = self._table(rows, orderable=False, row_attrs=WITH_UNIT_ASKED_FOR)
        table.has_gaps = True
        return table

    def _stretches(self, place):
        """Return the lines that are shown around a place, each run with the number left out after
        it."""
        lines = self.results
        if len(lines) <= MOST_ROWS:
            return [(lines, 0)]
        start, end = max(0, place - NEIGHBOURS), place + NEIGHBOURS + 1
        if start <= FIRST:
            end = max(end, FIRST)
            return [(lines[:end], len(lines[end:]))]
        return [(lines[:FIRST], start - FIRST), (lines[start:end], len(lines[end:]))]

    def named(self, words):
        """Return the lines of the unit of that address word or name, or of all whose names hold
        it."""
        exact = [line for line in self.results if line.slug == words]
        if exact or not (wanted := fold(words)):
            return exact
        names = [(fold(line.unit_name), line) for line in self.results]
        same = [line for name, line in names if name == wanted]
        return same or [line for name, line in names if wanted in name]

    @cached_property
    def _empty_columns(self):
        """The columns that would be empty for every unit, whatever part of them is shown."""
        empty = [
            name
            for name in OPTIONAL_COLUMNS
            if all(getattr(line, name) in (None, "") for line in self.results)
        ]
        no_survey = all(line.survey is None for line in self.results)
        if no_survey and "appraised" not in empty:
            # Without a survey the appraised points are the total: one column says it.
            empty.append("appraised")
        if not self.moves:
            empty.append("rank_change")
        return empty

    @property
    def caption(self):
        return _("Index = points ÷ the maximum that applies to the unit × 100.")

    def _summary_rows(self):
        if self.mean is None:
            return ()
        decimals = self.edition.decimals
        return (
            {
                "unit_name": _("Mean of the group"),
                "index_percent": wording.number(self.mean, decimals),
            },
            {
                "unit_name": _("Median of the group"),
                "index_percent": wording.number(self.median, decimals),
            },
        )

    @property
    def classes(self):
        """The (value, label) pairs of the class filter, the best class first."""
        names = [band.name for band in self.bands] or [count.class_name for count in self.counts]
        present = {line.class_name for line in self.results}
        choices = [(name, name) for name in names if name in present]
        if "" in present and choices:
            choices.append((NO_CLASS, _("no data yet")))
        return choices

    @cached_property
    def charts(self):
        """The charts of the table: classes, and where indexes are known, spread and ranking."""
        charts = []
        if self.counts:
            charts.append(self._class_counts())
        if self.indexes:
            charts += [self._distribution(), self._ranking()]
        return charts

    @property
    def class_chart(self):
        """The chart of the classes, which opens the page; None where nothing is classified."""
        return self.chart("xep-loai")

    @property
    def further_charts(self):
        return [chart for chart in self.charts if chart.slug != "xep-loai"]

    @property
    def derived_columns(self):
        """The columns the portal computed for an announced edition, in words."""
        headings = {"index_percent": _("index"), "rank": _("rank"), "class_name": _("class")}
        return ", ".join(headings[name] for name in self.edition.derived)

    def _about(self):
        return {
            "group_name": self.edition.group.name,
            "year": self.edition.year,
            "source": wording.source_line(self.edition),
            "illustrative": self.edition.illustrative,
        }

    def _class_counts(self):
        columns = ["class_name", "count"]
        rows = [{name: getattr(count, name) for name in columns} for count in self.counts]
        unknown = len(self.results) - sum(row["count"] for row in rows)
        if unknown > 0:
            rows.append({"class_name": _("no data yet"), "count": unknown})
        return class_counts_chart(rows, **self._about())

    def _distribution(self):
        return distribution_chart(
            self._charted,
            decimals=self.edition.decimals,
            bands=self.bands if self.edition.classified_by == "index" else (),
            mean=self.mean,
            median=self.median,
            **self._about(),
        )

    def _ranking(self):
        return ranking_chart(
            self._charted, decimals=self.edition.decimals, median=self.median, **self._about()
        )

    @cached_property
    def _charted(self):
        columns = ["unit_name", "index_percent", "rank", "class_name"]
        return [{name: getattr(row, name) for name in columns} for row in self.results]

    def context(self, query):
        """Return what the league table's template needs, for an edition and a draft alike."""
        return {
            "authority": self.edition.authority,
            "section": "results",
            "edition": self.edition,
            "league": self,
            **self._shown(query),
            "query": query,
            "file_url": self.page_url.rstrip("/"),
            "chart_url": f"{self.page_url}bieu-do/",
            "draft": self.edition.sealed_at is None,
            "illustrative": self.edition.illustrative,
            "inferred": any(band.inferred for band in self.bands),
            "counts": {count.class_name: count.count for count in self.counts},
        }

    def _shown(self, query):
        """Return the table that ``query`` asks for and what is said of the part it shows.

        ``in_part``: the page does not hold every row. ``namesakes``: what units a name may mean.
        """
        shown = {"long": len(self.results) > MOST_ROWS, "namesakes": [], "found": "", "here": None}
        if query.unit:
            named = self.named(query.unit)
            if len(named) == 1:
                return {
                    **shown,
                    "table": self.around(named[0].slug),
                    "in_part": shown["long"],
                    "here": named[0],
                }
            shown["namesakes"] = named[:MOST_NAMESAKES]
            shown["found"] = wording.units_named(len(named), MOST_NAMESAKES)
        table = self.table(query)
        if query.words or query.class_name is not None:
            shown["found"] = wording.units_found(len(table.rows), len(self.results))
        in_part = table.turn_to(query.page)
        return {**shown, "table": table, "in_part": in_part}

    def chart(self, slug):
        """Return the chart of that address word, or None."""
        return next((chart for chart in self.charts if chart.slug == slug), None)
