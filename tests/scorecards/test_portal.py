from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import django_tables2 as tables
import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from scorecards.templatetags import portal


@pytest.mark.parametrize(
    ("language", "value", "decimals", "shown"),
    [
        pytest.param("vi", Decimal("98.98"), 2, "98,98", id="decimal comma"),
        pytest.param("en", Decimal("98.98"), 2, "98.98", id="decimal point"),
        pytest.param("vi", Decimal("94.400"), 2, "94,40", id="always the same places"),
        pytest.param("vi", Decimal("82.5625"), 3, "82,563", id="half up, not half even"),
        pytest.param("vi", Decimal("3321"), 2, "3.321,00", id="thousands"),
        pytest.param("vi", None, 2, "—", id="unknown"),
        pytest.param("vi", Decimal(0), 2, "0,00", id="zero is a number"),
    ],
)
def test_points_are_written_as_the_language_does(language, value, decimals, shown):
    with translation.override(language):
        assert portal.points(value, decimals) == shown


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [("vi", 1838, "1.838"), ("en", 1838, "1,838"), ("vi", 0, "0"), ("vi", None, "—")],
)
def test_count_groups_thousands(language, value, shown):
    with translation.override(language):
        assert portal.count(value) == shown


def band(name, floor, *, inclusive=True, inferred=False):
    floor = None if floor is None else Decimal(floor)
    return SimpleNamespace(name=name, floor=floor, inclusive=inclusive, inferred=inferred)


def limits(legend):
    return [(entry["name"], entry["limits"], entry["count"]) for entry in legend["classes"]]


def test_class_legend_says_what_each_floor_includes():
    bands = [
        band("Tốt", "80.000", inclusive=False),
        band("Khá", "67.500", inferred=True),
        band("Kém", None),
    ]
    with translation.override("en"):
        legend = portal.class_legend(bands, {"Tốt": 17, "Khá": 1, "Kém": 1})
    assert limits(legend) == [
        ("Tốt", "above 80%", 17),
        ("Khá", "from 67.5%", 1),
        ("Kém", "below 67.5%", 1),
    ]
    assert legend["inferred"]


def test_class_legend_without_bands_shows_the_counts_alone():
    legend = portal.class_legend([], {"Tốt": 13, "Khá": 5})
    assert limits(legend) == [("Tốt", "", 13), ("Khá", "", 5)]
    assert not legend["inferred"]


def test_bottom_class_includes_a_floor_that_the_class_above_leaves_out():
    with translation.override("en"):
        legend = portal.class_legend(
            [band("Đạt", "50", inclusive=False), band("Kém", None)], {}, "points"
        )
    assert limits(legend) == [("Đạt", "above 50 points", None), ("Kém", "up to 50 points", None)]


class Kinds(tables.Table):
    plain = tables.Column()
    unknown = tables.Column(default="?")
    empty = tables.Column(empty_values=())
    day = tables.DateColumn(short=True)
    linked = tables.Column(linkify=lambda record: record["url"])

    def render_empty(self, value, record):
        return f"{value} of {record['plain']}"


def test_cells_are_those_of_the_library():
    table = Kinds([{"plain": 1, "day": date(2023, 12, 25), "linked": "Sở", "url": "/x/"}])
    table.context = Context()
    (bound_row,) = table.rows
    heads = portal.table_heads(table)
    expected = [bound_row.get_cell(name) for name in ("plain", "unknown", "empty", "day", "linked")]
    assert expected == [1, "?", "None of 1", "25/12/2023", '<a href="/x/">Sở</a>']
    assert portal.cells(bound_row, heads) == "".join(f"<td>{cell}</td>" for cell in expected)


class Units(tables.Table):
    rank = tables.Column("Rank", default="—", attrs={"td": {"class": "n"}})
    name = tables.Column("Unit", orderable=False, attrs={"td": {"scope": "row"}})

    class Meta:
        attrs = {"class": "league"}
        order_by_field = "sap-xep"
        page_field = "trang"
        row_attrs = {"id": lambda record: record["slug"]}


def rendered(table, address="/"):
    template = Template('{% load django_tables2 %}{% render_table table "components/table.html" %}')
    return template.render(Context({"table": table, "request": RequestFactory().get(address)}))


def row(slug, rank, name):
    return {"slug": slug, "rank": rank, "name": name}


def test_table_row_escapes_and_marks_the_unknown():
    html = rendered(Units([row("a", None, "<b>Sở</b>")]))
    start, end = html.index("<tbody"), html.index("</tbody>")
    assert html[start:end] == (
        '<tbody role="rowgroup">\n<tr role="row" id="a">'
        '<td class="n rank unknown" role="cell" data-label="Rank">—</td>'
        '<th class="name" scope="row" role="rowheader">&lt;b&gt;Sở&lt;/b&gt;</th></tr>\n'
    )


def test_table_heading_sorts_and_keeps_the_question():
    table = Units([row("a", 1, "Sở"), row("b", 2, "Ban")], order_by="rank")
    html = rendered(table, "/?q=so&sap-xep=rank&trang=2")
    start, end = html.index("<th scope"), html.index("</thead>")
    assert html[start:end] == (
        '<th scope="col" class="rank" aria-sort="ascending" role="columnheader">'
        '<a href="?q=so&amp;sap-xep=-rank">Rank</a></th>'
        '<th scope="col" class="name" role="columnheader">Unit</th></tr>'
    )
