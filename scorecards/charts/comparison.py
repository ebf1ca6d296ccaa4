"""The fields of up to four units side by side, with the median of their group."""

from django.utils.translation import gettext as _

from scorecards.charts.chart import Chart
from scorecards.charts.lanes import Signs, lanes
from scorecards.comparing import Comparison

# Each unit has a shape as well as a colour; scorecards.tables.comparison.SIGNS in the same order.
SHAPES = (
    ("circle", "ink"),
    ("square", "second"),
    ("diamond", "third"),
    ("triangle-up", "fourth"),
)


def comparison_chart(comparison: Comparison, *, summary: str, source: str, query: str) -> Chart:
    """Draw a lane for each unit in each field that has an index; needs a field and a unit.

    ``query``: what stands behind the address of the page, "?" included. The page's table holds the
    numbers. The axis says where it starts.
    """
    edition = comparison.edition
    fields = comparison.indexed
    title = _("Fields side by side: %(group)s, %(year)s") % {
        "group": edition.group.name,
        "year": edition.year,
    }
    series = [
        Signs(
            result.unit_name,
            symbol,
            colour,
            [_index(comparison, field, i) for field in fields],
            [_instead(comparison, field, i) for field in fields],
        )
        for i, (result, (symbol, colour)) in enumerate(
            zip(comparison.results, SHAPES, strict=False)
        )
    ]
    medians = [comparison.groups.get(field.criterion_number) for field in fields]
    return Chart(
        slug="so-sanh",
        title=title,
        summary=summary,
        spec=lanes(
            [f"{field.criterion_number}. {field.title}" for field in fields],
            series,
            [
                Signs(
                    _("Median of the group"),
                    "line-ns-open",
                    "ink-soft",
                    [group and group.median for group in medians],
                )
            ],
            title=title,
            decimals=edition.decimals,
        ),
        table=None,
        source=source,
        illustrative=edition.illustrative,
        query=query,
    )


def _index(comparison, field, i):
    node = comparison.of(field.criterion_number)[i]
    return None if node is None else node.index_percent


def _instead(comparison, field, i):
    node = comparison.of(field.criterion_number)[i]
    return _("does not apply") if node is not None and node.max_points == 0 else ""
