"""An edition described to search engines and data catalogues: schema.org Dataset as JSON-LD."""

from django.urls import reverse
from django.utils import timezone

from scorecards import wording
from scorecards.exports.manifest import LICENCE

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def league(request, edition) -> dict:
    """Return the description of a league table and of its files."""
    words = [edition.authority.slug, edition.year, edition.group.slug]
    page = request.build_absolute_uri(reverse("league_table", args=words))
    version = reverse("league_table_version", args=[*words, edition.version])
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": edition.title,
        "description": f"{edition.title}. {wording.source_line(edition)}.",
        "url": page,
        "identifier": edition.digest,
        "version": str(edition.version),
        "inLanguage": "vi",
        "license": LICENCE["path"],
        "isAccessibleForFree": True,
        "temporalCoverage": str(edition.year),
        "spatialCoverage": edition.authority.place,
        "datePublished": timezone.localtime(edition.public_from).date().isoformat(),
        "creator": {"@type": "GovernmentOrganization", "name": edition.authority.name},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": media_type,
                "contentUrl": f"{request.build_absolute_uri(version).rstrip('/')}.{suffix}",
            }
            for suffix, media_type in MEDIA_TYPES.items()
        ],
    }
