"""Units side by side: a row a criterion, a column a unit."""

import django_tables2 as tables
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards.calculation import COUNTED
from scorecards.tables.base import (
    DASH,
    NUMBER,
    FileColumn,
    PlacesColumn,
    PortalTable,
    in_places,
    kind_of_data,
)

SIGNS = "●■◆▲"  # of the units, in the order of the columns; the chart draws the same


class UnitColumn(tables.Column):
    """What one unit has in each row: its index, or in ``points`` its points of the maximum."""

    def __init__(self, heading, unit, *, points=False):
        super().__init__(heading, orderable=False, empty_values=(), attrs=NUMBER)
        self._unit, self._points = unit, points

    def render(self, record):
        node = record["nodes"].get(self._unit)
        if node is None:
            return DASH
        if node.max_points == 0 and record["counted"]:
            return _("does not apply")
        places = record["decimals"]
        if not self._points and node.index_percent is not None:
            return number_format(node.index_percent, places)
        if node.points is None:
            return DASH
        shown = number_format(node.points, places)
        if not self._points:
            return _("%(points)s points") % {"points": shown}
        return (
            shown
            if node.max_points is None
            else f"{shown} / {number_format(node.max_points, places)}"
        )

    def value(self, record):
        node = record["nodes"].get(self._unit)
        if node is None or node.index_percent is None:
            return None
        return in_places(node.index_percent, record["decimals"])


class ComparisonTable(PortalTable):
    """Units side by side; rows as `comparison_rows` makes them, columns as `comparison_table`.

    The files hold the index of each unit under its address word, points and maximum beside it.
    """

    criterion_number = tables.Column(
        gettext_lazy("No."), orderable=False, attrs={"td": {"class": "number"}}
    )
    criterion_title = tables.Column(
        gettext_lazy("Criterion"), orderable=False, attrs={"td": {"scope": "row"}}
    )
    criterion_kind = FileColumn(gettext_lazy("Kind"))
    data_kind = FileColumn(gettext_lazy("Kind of data"))
    group_median = PlacesColumn(gettext_lazy("Group median"), orderable=False)

    class Meta(PortalTable.Meta):
        attrs = {"class": "tree compared"}
        row_attrs = {"class": lambda record: f"level-{record['level']}"}
        sequence = ("criterion_number", "criterion_title", "...", "group_median")


def comparison_table(comparison, rows, *, caption, points=False):
    """Return the `ComparisonTable` of ``rows``; ``points`` shows points in place of indexes."""
    columns = []
    for sign, result in zip(SIGNS, comparison.results, strict=False):
        slug, name = result.unit.slug, result.unit_name
        columns += [
            (slug, UnitColumn(f"{sign} {name}", slug, points=points)),
            (f"{slug}_points", FileColumn(_("%(unit)s: points") % {"unit": name})),
            (f"{slug}_max_points", FileColumn(_("%(unit)s: maximum points") % {"unit": name})),
        ]
    known = any(row["group_median"] is not None for row in rows)
    return ComparisonTable(
        rows,
        extra_columns=columns,
        caption=caption,
        hide=[] if known and not points else ["group_median"],
    )


def total_row(comparison):
    """Return the row of the whole: each unit's index, the median of the group."""
    return _row(
        comparison,
        "",
        _("Whole index"),
        0,
        "",
        {row.unit.slug: row for row in comparison.results},
        comparison.totals.median,
    )


def comparison_rows(comparison, nodes):
    """Return the rows of ``nodes`` of the tree, which name themselves by ``criterion_number``."""
    return [
        _row(
            comparison,
            node.criterion_number,
            node.title,
            node.level,
            node.get_kind_display(),
            {
                row.unit.slug: own
                for row, own in zip(
                    comparison.results, comparison.of(node.criterion_number), strict=True
                )
                if own is not None
            },
            _median(comparison, node),
            counted=node.kind in COUNTED,
        )
        for node in nodes
    ]


def _median(comparison, node):
    group = comparison.groups.get(node.criterion_number)
    return group and group.median


def _row(comparison, number, title, level, kind, nodes, median, *, counted=True):
    row = {
        "criterion_number": number or None,
        "criterion_title": title,
        "level": level,
        "counted": counted,
        "criterion_kind": kind or None,
        "nodes": nodes,
        "group_median": median,
        "decimals": comparison.edition.decimals,
        "data_kind": kind_of_data(comparison.edition),
    }
    for slug, node in nodes.items():
        row |= {f"{slug}_points": node.points, f"{slug}_max_points": node.max_points}
    return row
