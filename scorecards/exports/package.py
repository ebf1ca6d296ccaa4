"""An edition as a data package (frictionless Tabular Data Package): tables, schema, sealed copy.

The same edition gives the same bytes: the ZIP carries the moment of sealing, not that of the
download. https://specs.frictionlessdata.io/tabular-data-package/
"""

import csv
import datetime
import io
import json
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scorecards.canonical import POINT_COLUMNS, digest_of
from scorecards.exports import manifest
from scorecards.exports.manifest import File
from scorecards.exports.rows import harmless
from scorecards.models.publication import (
    PublishedBand,
    PublishedCount,
    PublishedPoints,
    PublishedResult,
)
from scorecards.tables.base import in_places, kind_of_data

RESULT_COLUMNS = (
    "position",
    "unit",
    "unit_name",
    "ranked",
    "rank",
    "index_percent",
    "points",
    "max_points",
    "claimed",
    "appraised",
    "survey",
    "adjustment",
    "class_name",
    "reason",
)
CRITERION_COLUMNS = (
    "unit",
    "criterion_number",
    "parent_number",
    "level",
    "title",
    "kind",
    "max_points",
    "claimed",
    "appraised",
    "points",
    "index_percent",
    "reason",
    "comparable",
    "note",
    "entered_by",
    "entered_at",
    "imported_from",
    "imported_sha256",
)
BAND_COLUMNS = ("position", "name", "floor", "inclusive", "source", "inferred")
COUNT_COLUMNS = ("position", "class_name", "count")
TYPES = {
    **dict.fromkeys((*POINT_COLUMNS, "floor"), "number"),
    **dict.fromkeys(("position", "level", "rank", "count"), "integer"),
    **dict.fromkeys(("ranked", "comparable", "inclusive", "inferred"), "boolean"),
    "entered_at": "datetime",
}


@dataclass(frozen=True)
class Table:
    """One CSV file of the package and what its schema says beyond the columns."""

    name: str
    model: type
    columns: tuple
    rows: list
    key: list
    title: str
    description: str
    links: tuple = ()


def write(edition) -> bytes:
    """Return the data package of ``edition`` as a ZIP; five queries, however many its units."""
    return zipped({file.name: file.content for file in files(edition)}, edition.sealed_at)


def zipped(contents, moment) -> bytes:
    """Return a ZIP of ``contents`` (name → bytes), every file as old as ``moment``."""
    output = io.BytesIO()
    when = timezone.localtime(moment).timetuple()[:6]
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, when)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, content)
    return output.getvalue()


def files(edition) -> list[File]:
    """Return the files of the package, in Vietnamese whatever the language at hand."""
    with translation.override(settings.LANGUAGE_CODE):
        tables = _tables(edition)
        data = [
            File(f"{table.name}.csv", "text/csv", _csv(table, edition.decimals)) for table in tables
        ]
        data.append(manifest.canonical_file(edition))
        described = _json(_description(edition, tables, data))
        listed = [File("datapackage.json", "application/json", described), *data]
        return [
            *listed,
            File("manifest.json", "application/json", manifest.write(edition, listed)),
            manifest.verifier_file(),
            File("README.md", "text/markdown", _readme(edition).encode()),
        ]


def _tables(edition):
    results = list(edition.results.select_related("unit").order_by("position"))
    slug_of = {row.pk: row.unit.slug for row in results}
    points = defaultdict(list)
    for row in PublishedPoints.objects.filter(result__edition=edition).order_by("position"):
        points[row.result_id].append(
            {**_values(row, CRITERION_COLUMNS), "unit": slug_of[row.result_id]}
        )
    bands = list(edition.bands.order_by("position"))
    counts = list(edition.counts.order_by("position"))
    band_names = {band.name for band in bands}
    classes = {row.class_name for row in (*results, *counts) if row.class_name}
    of_class = (("class_name", "bands", "name"),) if classes <= band_names and classes else ()
    return [
        Table(
            "results",
            PublishedResult,
            RESULT_COLUMNS,
            [{**_values(row, RESULT_COLUMNS), "unit": row.unit.slug} for row in results],
            ["unit"],
            _("League table"),
            _("One row for each unit, in printed order. What was not published is empty."),
            of_class,
        ),
        Table(
            "criteria",
            PublishedPoints,
            CRITERION_COLUMNS,
            [line for row in results for line in points[row.pk]],
            ["unit", "criterion_number"],
            _("Points by unit and criterion"),
            _("One row for each unit and criterion, in the order of the tree; branches are sums."),
            (("unit", "results", "unit"),),
        ),
        Table(
            "bands",
            PublishedBand,
            BAND_COLUMNS,
            [_values(row, BAND_COLUMNS) for row in bands],
            ["name"],
            _("Classes and their limits"),
            _("From the best class down; a class without a floor takes whatever is left."),
        ),
        Table(
            "counts",
            PublishedCount,
            COUNT_COLUMNS,
            [_values(row, COUNT_COLUMNS) for row in counts],
            ["class_name"],
            _("Number of units in each class"),
            _("As published; where the rows are known, they add up to it."),
            of_class,
        ),
    ]


def _values(row, columns):
    return {name: getattr(row, name) for name in columns if name != "unit"}


def _csv(table, decimals):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_written(row[name], decimals) for name in table.columns])
    return text.getvalue().encode()


def _written(value, decimals):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return str(in_places(value, decimals))
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return harmless(value)


def _description(edition, tables, data):
    content_of = {file.name: file.content for file in data}
    decision = edition.decision
    source = {"title": (decision.number or decision.title) if decision else edition.title}
    if decision and decision.source.startswith(("https://", "http://")):
        source["path"] = decision.source.split()[0]
    return {
        "profile": "tabular-data-package",
        "name": f"{edition.authority.slug}-{edition.year}-{edition.group.slug}-v{edition.version}",
        "id": edition.digest,
        "title": edition.title,
        "description": f"{edition.authority.name}, {edition.group.name} {edition.year}. "
        f"{kind_of_data(edition)}.",
        "version": str(edition.version),
        "created": edition.sealed_at.isoformat(),
        "licenses": [manifest.LICENCE],
        "sources": [source],
        "contributors": [{"title": edition.authority.name, "role": "publisher"}],
        "keywords": ["PAR index", edition.authority.slug, str(edition.year), edition.group.slug],
        "illustrative": edition.illustrative,
        "digest": edition.digest,
        "resources": [
            _resource(table, content_of[f"{table.name}.csv"], edition) for table in tables
        ],
    }


def _resource(table, content, edition):
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.title,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{digest_of(content)}",
        "schema": {
            "fields": [_field(table, name) for name in table.columns],
            "missingValues": [""],
            "primaryKey": table.key,
            "foreignKeys": [
                {"fields": column, "reference": {"resource": other, "fields": named}}
                for column, other, named in table.links
            ],
        },
    }


def _field(table, name):
    described = {"name": name, "type": TYPES.get(name, "string")}
    if name == "unit":
        return {
            **described,
            "title": _("Unit (address word)"),
            "description": _("The word in the address of the unit's page; it never changes."),
        }
    column = table.model._meta.get_field(name)
    described["title"] = str(column.verbose_name)
    if column.choices:
        described["description"] = "; ".join(f"{key}: {label}" for key, label in column.choices)
    if name in table.key:
        described["constraints"] = {"required": True}
    return described


def _json(document):
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _readme(edition):
    parts = []
    for language in ("vi", "en"):
        with translation.override(language):
            parts.append(_readme_in_one_language(edition))
    return "\n\n---\n\n".join(parts) + "\n"


def _readme_in_one_language(edition):
    lines = [
        f"# {edition.title}",
        f"{edition.authority.name} · {edition.group.name} · {edition.year} · "
        + _("edition %(version)s") % {"version": edition.version},
    ]
    if edition.illustrative:
        lines.append("**" + _("Illustrative data, not real results.") + "**")
    lines += [
        _(
            "results.csv is the league table, criteria.csv the points of every unit by criterion, "
            "bands.csv the classes with their limits, counts.csv the number of units in each "
            "class. datapackage.json describes every column (frictionless Tabular Data Package). "
            "The files are UTF-8 with a decimal point; an empty cell is unknown, never zero."
        ),
        _("canonical.json is the sealed copy itself. Its check code (SHA-256):"),
        f"    {edition.digest}",
        _("To check this folder without any network, with Python 3.9 or newer:"),
        "    python3 xac_minh.py .",
        _("Licence: %(licence)s, %(address)s. Name the authority, the year and the edition.")
        % {"licence": manifest.LICENCE["title"], "address": manifest.LICENCE["path"]},
    ]
    return "\n\n".join(lines)
