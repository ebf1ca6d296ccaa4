"""Answers that are files: a table in some format, a chart drawn or as its figure."""

from django.http import Http404, HttpResponse

from scorecards.exports import FORMATS
from scorecards.tables.base import in_places, kind_of_data


def file_name(*words):
    """Return the name under which a file is saved, without its suffix."""
    return "-".join(str(word) for word in words)


def open_to_all(response):
    """Let the scripts of any site read an answer; it holds published data and nothing else."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def table_response(table, suffix, name, metadata):
    """Return a table as a file; CSV and XLSX are saved, JSON is shown."""
    file_format = FORMATS[suffix]
    response = HttpResponse(
        file_format.write(table, metadata=metadata), content_type=file_format.content_type
    )
    if suffix != "json":
        response["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return open_to_all(response)


def chart_response(chart, suffix):
    """Return a chart as an SVG file or as the plotly figure it is drawn from."""
    if chart is None:
        raise Http404
    if suffix == "json":
        figure = chart.figure_json()
        return open_to_all(HttpResponse(figure, content_type="application/json; charset=utf-8"))
    response = HttpResponse(chart.svg_file(), content_type="image/svg+xml")
    # The picture carries its own style element; nothing else may come into it.
    response._csp_replace = {"style-src": ["'unsafe-inline'"]}
    return open_to_all(response)


def edition_metadata(edition):
    """Return what a JSON file says of its edition, all of it text, true or false."""
    decision = edition.decision
    return {
        "authority": edition.authority.slug,
        "authority_name": edition.authority.name,
        "group": edition.group.slug,
        "group_name": edition.group.name,
        "year": edition.year,
        "title": edition.title,
        "version": edition.version,
        "origin": edition.origin,
        "completeness": edition.completeness,
        "illustrative": edition.illustrative,
        "data_kind": str(kind_of_data(edition)),
        "note": edition.note,
        "derived": edition.derived,
        "decision": decision.number if decision else None,
        "signed_on": decision.signed_on if decision else None,
        "announced_on": decision.announced_on if decision else None,
        "source": decision.source if decision else None,
        "sealed_at": edition.sealed_at.isoformat(),
        "digest": edition.digest,
        "bands": [
            {
                "name": band.name,
                "floor": None
                if band.floor is None
                else str(in_places(band.floor, edition.decimals)),
                "inclusive": band.inclusive,
                "inferred": band.inferred,
            }
            for band in edition.bands.all()
        ],
        "counts": {row.class_name: row.count for row in edition.counts.all()},
    }
