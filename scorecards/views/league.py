"""What a league table shows, from an edition or a draft alike: its rows, charts and sentences."""

from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from scorecards import calculation, wording
from scorecards.charts.classes import class_counts_chart
from scorecards.charts.distribution import distribution_chart
from scorecards.charts.ranking import ranking_chart
from scorecards.tables.base import columns_without_values
from scorecards.tables.league import LeagueTable, league_rows
from units.vietnamese import fold

OPTIONAL_COLUMNS = ("claimed", "appraised", "survey", "adjustment", "class_name", "rank")


NO_CLASS = "-"


@dataclass(frozen=True)
class Query:
    """What a reader asks of a table: ``?q=``, ``?xep-loai=`` and ``?sap-xep=``."""

    words: str
    selected: str
    sort: str

    @property
    def class_name(self):
        """The class asked for; None for every class, "" for the units without one."""
        if not self.selected:
            return None
        return "" if self.selected == NO_CLASS else self.selected


EVERYTHING = Query(words="", selected="", sort="")


def query_of(request):
    """Return the reader's question to a league table."""
    return Query(
        words=request.GET.get("q", "").strip(),
        selected=request.GET.get("xep-loai", ""),
        sort=request.GET.get("sap-xep", ""),
    )


@dataclass(frozen=True)
class League:
    """One edition with its rows in printed order; ``page_url`` ends in a slash."""

    edition: object
    results: list
    bands: list
    counts: list
    moves: dict
    page_url: str

    @cached_property
    def rows(self):
        return league_rows(
            self.edition,
            self.results,
            self.bands,
            self.moves,
            unit_url=lambda slug: f"{self.page_url}{slug}/",
        )

    @property
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
        """Return the table of the rows that ``query`` asks for, sorted as it says."""
        wanted = fold(query.words)
        rows = [
            row
            for row in self.rows
            if wanted in fold(row["unit_name"]) and query.class_name in (None, row["class_name"])
        ]
        return LeagueTable(
            rows,
            order_by=query.sort or None,
            hide=self._empty_columns(),
            caption=self.caption,
            summary_rows=self._summary_rows(),
        )

    def _empty_columns(self):
        rows = [{**row, "class_name": row["class_name"] or None} for row in self.rows]
        empty = columns_without_values(rows, OPTIONAL_COLUMNS)
        if not any(row["survey"] is not None for row in rows) and "appraised" not in empty:
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
        present = {row["class_name"] for row in self.rows}
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
            self._charted(),
            decimals=self.edition.decimals,
            bands=self.bands if self.edition.classified_by == "index" else (),
            mean=self.mean,
            median=self.median,
            **self._about(),
        )

    def _ranking(self):
        return ranking_chart(
            self._charted(), decimals=self.edition.decimals, median=self.median, **self._about()
        )

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
            "table": self.table(query),
            "query": query,
            "file_url": self.page_url.rstrip("/"),
            "chart_url": f"{self.page_url}bieu-do/",
            "draft": self.edition.sealed_at is None,
            "illustrative": self.edition.illustrative,
            "inferred": any(band.inferred for band in self.bands),
            "counts": {count.class_name: count.count for count in self.counts},
        }

    def chart(self, slug):
        """Return the chart of that address word, or None."""
        return next((chart for chart in self.charts if chart.slug == slug), None)
