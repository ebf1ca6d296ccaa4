"""The description of the open data: an OpenAPI document, examples, the dictionary of columns."""

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freshness.pages import published
from scorecards.comparing import MOST_UNITS
from scorecards.exports.manifest import LICENCE
from scorecards.models.publication import Edition
from scorecards.tables.comparison import ComparisonTable
from scorecards.tables.criterion import CriterionTable
from scorecards.tables.decisions import DecisionTable
from scorecards.tables.errata import DifferenceTable, ErrataTable
from scorecards.tables.fields import HeatTable
from scorecards.tables.league import LeagueTable
from scorecards.tables.method import MethodTable
from scorecards.tables.progress import ProgressTable
from scorecards.tables.registry import UnitTable
from scorecards.tables.unit import DetailTable, HistoryTable
from scorecards.views import trail
from scorecards.views.files import open_to_all

# What each address answers with: its path, the parameters in it, the table of its rows.
RESOURCES = (
    ("/du-lieu", DecisionTable, gettext_lazy("every public edition")),
    ("/{authority}", DecisionTable, gettext_lazy("every edition of one authority")),
    ("/{authority}/{year}", DecisionTable, gettext_lazy("the groups published in one year")),
    ("/{authority}/{year}/{group}", LeagueTable, gettext_lazy("the league table of one group")),
    ("/{authority}/{year}/{group}/v{version}", LeagueTable, gettext_lazy("one version of it")),
    (
        "/{authority}/{year}/{group}/{unit}",
        DetailTable,
        gettext_lazy("the points of one unit by criterion"),
    ),
    (
        "/{authority}/{year}/{group}/linh-vuc",
        HeatTable,
        gettext_lazy("every unit in every field"),
    ),
    (
        "/{authority}/{year}/{group}/tieu-chi/{number}",
        CriterionTable,
        gettext_lazy("one criterion across the units"),
    ),
    (
        "/{authority}/{year}/{group}/tien-bo",
        ProgressTable,
        gettext_lazy("who improved since the year before, on the same criteria"),
    ),
    (
        "/{authority}/{year}/{group}/v{version}/{unit}",
        DetailTable,
        gettext_lazy("the points of one unit in one version"),
    ),
    (
        "/{authority}/{year}/{group}/{unit}/{criterion}",
        DetailTable,
        gettext_lazy("one criterion of one unit, or its parts"),
    ),
    ("/{authority}/{year}/phuong-phap", MethodTable, gettext_lazy("the criteria of one year")),
    ("/{authority}/don-vi", UnitTable, gettext_lazy("the registry of units")),
    ("/{authority}/don-vi/{unit}", HistoryTable, gettext_lazy("one unit through the years")),
    (
        "/{authority}/so-sanh",
        ComparisonTable,
        gettext_lazy("up to four units side by side; each has a column under its address word"),
    ),
    ("/{authority}/dinh-chinh", ErrataTable, gettext_lazy("the corrections of one authority")),
    (
        "/{authority}/{year}/{group}/v{version}/dinh-chinh",
        DifferenceTable,
        gettext_lazy("every number a correction changed"),
    ),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EDITION = "/{authority}/{year}/{group}/v{version}"
# What is a file of its own and no table: its path, its media type, what it is.
FILES = (
    (
        f"{EDITION}/manifest.json",
        "application/json",
        gettext_lazy("what an edition is, and its files with sizes and check codes"),
    ),
    (f"{EDITION}/canonical.json", "application/json", gettext_lazy("the sealed copy")),
    (f"{EDITION}/goi-du-lieu.zip", "application/zip", gettext_lazy("the data package")),
    (f"{EDITION}.docx", DOCX, gettext_lazy("the annex as a Word file")),
    (f"{EDITION}.pdf", "application/pdf", gettext_lazy("the annex as a PDF")),
    (
        "/{authority}/{year}/phu-luc/{group}/v{version}.xlsx",
        XLSX,
        gettext_lazy("the annex as a workbook with formulas"),
    ),
    (f"{EDITION}/bieu-do/{{chart}}.svg", "image/svg+xml", gettext_lazy("a chart as a picture")),
    (f"{EDITION}/bieu-do/{{chart}}.json", "application/json", gettext_lazy("a chart for plotly")),
    (
        "/{authority}/{year}/ngoai-tuyen.zip",
        "application/zip",
        gettext_lazy("one year as pages that open without any network"),
    ),
    ("/tin.atom", "application/atom+xml", gettext_lazy("decisions and corrections of all")),
    (
        "/{authority}/tin.atom",
        "application/atom+xml",
        gettext_lazy("decisions and corrections of one authority"),
    ),
)
PARAMETERS = {
    "authority": {"type": "string", "example": "tay-ninh"},
    "year": {"type": "integer", "example": 2023},
    "group": {"type": "string", "example": "so-nganh"},
    "unit": {"type": "string", "example": "so-tai-chinh"},
    "version": {"type": "integer", "example": 1},
    "number": {"type": "string", "example": "1.1"},
    "criterion": {"type": "string", "example": "1"},
    "chart": {"type": "string", "example": "xep-loai"},
}
# What an address takes behind its "?": name, schema, example, whether it is needed.
QUERIES = {
    "/{authority}/so-sanh": (
        (
            "don-vi",
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST_UNITS},
            ["so-tai-chinh", "so-y-te"],
            True,
        ),
        ("nam", {"type": "integer"}, 2023, False),
        ("khoi", {"type": "string"}, "so-nganh", False),
    )
}
CONTENT = {"csv": "text/csv", "xlsx": XLSX}
WHOLE = {
    "rank",
    "rank_change",
    "year",
    "units",
    "version",
    "ranked_units",
    "changes",
    "canonical_bytes",
}
TRUTH = {"evidence_required", "comparable", "applies"}
DAYS = {"starts_on", "ends_on", "public_from"}


def columns_of(table_class):
    """Return the (name, heading) of every column that the files of a table hold."""
    return [
        (name, str(column.verbose_name or name))
        for name, column in table_class.base_columns.items()
    ]


@published
def openapi(request):
    """Return the description of every address of the open data, as OpenAPI 3.1."""
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": _("Public administration reform index: open data"),
            "version": "1",
            "description": _(
                "Every table of the public pages as a file. In JSON decimal numbers are text, so "
                "that no digit is lost; what is unknown is null. No key, no limit of use."
            ),
            "license": {"name": LICENCE["title"], "identifier": LICENCE["name"]},
        },
        "servers": [{"url": request.build_absolute_uri("/").rstrip("/")}],
        "paths": dict(_paths()),
        "components": {"schemas": dict(_schemas())},
    }
    return open_to_all(JsonResponse(document, json_dumps_params={"ensure_ascii": False}))


def _paths():
    for address, table_class, summary in RESOURCES:
        for suffix in ("json", *CONTENT):
            content = {CONTENT[suffix]: {}} if suffix in CONTENT else _json_of(table_class)
            yield _path(f"{address}.{suffix}", content, summary)
    for address, media_type, summary in FILES:
        yield _path(address, {media_type: {}}, summary)


def _path(address, content, summary):
    return (
        address,
        {
            "get": {
                "summary": str(summary),
                "operationId": _operation(address),
                "parameters": [
                    {
                        "name": name,
                        "in": "path",
                        "required": True,
                        "schema": {"type": kind["type"]},
                        "example": kind["example"],
                    }
                    for name, kind in PARAMETERS.items()
                    if f"{{{name}}}" in address
                ]
                + [
                    {
                        "name": name,
                        "in": "query",
                        "required": required,
                        "schema": schema,
                        "example": example,
                    }
                    for name, schema, example, required in QUERIES.get(
                        address.rpartition(".")[0], ()
                    )
                ],
                "responses": {
                    "200": {"description": str(summary), "content": content},
                    "304": {"description": _("not changed since the ETag that was sent")},
                    "404": {"description": _("nothing of this name is public")},
                },
            }
        },
    )


def _operation(address):
    return "_".join("".join(letter if letter.isalnum() else " " for letter in address).split())


def _json_of(table_class):
    row = {"$ref": f"#/components/schemas/{table_class.__name__}"}
    return {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["results"],
                "properties": {"results": {"type": "array", "items": row}},
            }
        }
    }


def _schemas():
    for table_class in dict.fromkeys(table for _address, table, _summary in RESOURCES):
        columns = columns_of(table_class)
        yield (
            table_class.__name__,
            {
                "type": "object",
                "required": [name for name, __ in columns],
                "properties": {name: _schema(name, heading) for name, heading in columns},
                **_columns_of_the_edition(table_class),
            },
        )


def _columns_of_the_edition(table_class):
    """Return the columns that each edition has as many of as it has criteria."""
    families = {
        f"^{start}": _schema(start, str(heading)) for start, heading in table_class.families.items()
    }
    return {"patternProperties": families} if families else {}


def _schema(name, heading):
    if name in WHOLE:
        kind = {"type": ["integer", "null"]}
    elif name in TRUTH:
        kind = {"type": ["boolean", "null"]}
    elif name in DAYS:
        kind = {"type": ["string", "null"], "format": "date"}
    elif name in ("old", "new"):
        kind = {"type": ["string", "integer", "null"]}
    else:
        kind = {"type": ["string", "null"]}
    return {**kind, "description": heading}


@published
def examples(request):
    """Show how the open data is read, with the newest published edition as the example."""
    edition = (
        Edition.objects.current()
        .filter(framework__round=0)
        .with_context()
        .order_by("framework__group__authority__illustrative", "-framework__year", "pk")
        .first()
    )
    address = ""
    if edition:
        words = [edition.authority.slug, edition.year, edition.group.slug]
        address = request.build_absolute_uri(reverse("league_table", args=words)).rstrip("/")
    tables = dict.fromkeys((table, summary) for __, table, summary in RESOURCES)
    context = {
        "section": "data",
        "address": address,
        "openapi": request.build_absolute_uri(reverse("openapi")),
        "resources": RESOURCES,
        "files": [(address, summary) for address, __, summary in FILES],
        "dictionary": [(summary, columns_of(table)) for table, summary in tables],
        "crumbs": trail.to((_("Data"), reverse("data")), trail.page(_("Examples"))),
    }
    return render(request, "scorecards/examples.html", context)
