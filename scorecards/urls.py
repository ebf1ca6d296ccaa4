"""Addresses of the public pages and of the drafts: Vietnamese words without accents.

A suffix replaces a page's last slash: /tay-ninh/2023/so-nganh/ → /tay-ninh/2023/so-nganh.json.
"""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path, register_converter

from scorecards.views import (
    api,
    comparison,
    criterion,
    documents,
    drafts,
    embedded,
    errata,
    explain,
    feeds,
    method,
    progress,
    public,
    search,
    trace,
    verification,
)


class FileSuffix:
    regex = "csv|xlsx|json"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class ChartSuffix(FileSuffix):
    regex = "svg|json"


class DocumentSuffix(FileSuffix):
    regex = "docx|pdf"


class AnnexSuffix(FileSuffix):
    regex = "docx|pdf|xlsx"


class Year(FileSuffix):
    regex = "20[0-9]{2}"

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return str(value)


class CriterionNumber(FileSuffix):
    regex = r"[1-9][0-9]*(?:\.[1-9][0-9]*)*"


register_converter(FileSuffix, "file")
register_converter(ChartSuffix, "chart")
register_converter(DocumentSuffix, "document")
register_converter(AnnexSuffix, "annex")
register_converter(Year, "year")
register_converter(CriterionNumber, "criterion")


def with_files(address, view, name):
    """Return the paths of a page and of its files; the view gets ``suffix`` for a file."""
    return [
        path(f"{address}/", view, name=name),
        path(f"{address}.<file:suffix>", view, name=f"{name}_file"),
    ]


LEAGUE = "<slug:authority>/<year:year>/<slug:group>"
VERSION = f"{LEAGUE}/v<int:version>"
CRITERION = "tieu-chi/<criterion:number>"

urlpatterns = [
    path("", public.home, name="home"),
    path("dang-nhap/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("dang-xuat/", LogoutView.as_view(), name="logout"),
    *with_files("du-lieu", public.data, "data"),
    path("du-lieu/vi-du/", api.examples, name="examples"),
    path("api/openapi.json", api.openapi, name="openapi"),
    path("tin.atom", feeds.news, name="news"),
    path("<slug:authority>/tin.atom", feeds.news, name="news_of"),
    path("tim-hieu/", explain.explained, name="explained"),
    path("tim-kiem/", search.search, name="search"),
    path("tim-kiem.json", search.suggestions, name="suggestions"),
    path("xac-minh/", verification.verification, name="verification"),
    path("xac-minh/xac_minh.py", verification.verifier, name="verifier"),
    path("ban-nhap/", drafts.drafts, name="drafts"),
    *with_files(f"ban-nhap/{LEAGUE}", drafts.league_table, "draft_league_table"),
    path(f"ban-nhap/{LEAGUE}/bieu-do/<slug:slug>.<chart:suffix>", drafts.chart),
    *with_files(f"ban-nhap/{LEAGUE}/<slug:unit>", drafts.unit_in_edition, "draft_unit_in_edition"),
    path(f"ban-nhap/{LEAGUE}/<slug:unit>/bieu-do/<slug:slug>.<chart:suffix>", drafts.unit_chart),
    *with_files("<slug:authority>", public.authority, "authority"),
    path(
        "<slug:authority>/bieu-do/<slug:slug>.<chart:suffix>",
        public.authority_chart,
        name="authority_chart",
    ),
    *with_files("<slug:authority>/dinh-chinh", errata.errata, "errata"),
    *with_files("<slug:authority>/so-sanh", comparison.comparison, "comparison"),
    path(
        "<slug:authority>/so-sanh/bieu-do/<slug:slug>.<chart:suffix>",
        comparison.comparison_chart_file,
    ),
    *with_files("<slug:authority>/don-vi", public.registry, "registry"),
    *with_files("<slug:authority>/don-vi/<slug:unit>", public.unit, "unit"),
    path(
        "<slug:authority>/don-vi/<slug:unit>/bieu-do/<slug:slug>.<chart:suffix>", public.unit_chart
    ),
    *with_files("<slug:authority>/<year:year>", public.decision, "decision"),
    *with_files("<slug:authority>/<year:year>/phuong-phap", method.method, "method"),
    path(
        "<slug:authority>/<year:year>/ngoai-tuyen.zip",
        verification.offline_edition,
        name="offline_edition",
    ),
    path(
        "<slug:authority>/<year:year>/phu-luc.<annex:suffix>",
        documents.year_document,
        name="year_document",
    ),
    path(
        "<slug:authority>/<year:year>/phu-luc/<slug:group>.xlsx",
        documents.edition_workbook,
        name="edition_workbook",
    ),
    path(
        "<slug:authority>/<year:year>/phu-luc/<slug:group>/v<int:version>.xlsx",
        documents.edition_workbook,
        name="edition_workbook_version",
    ),
    path("<slug:authority>/<year:year>/thong-cao/", documents.press, name="press"),
    *with_files(LEAGUE, public.league_table, "league_table"),
    path(f"{LEAGUE}.<document:suffix>", documents.edition_document, name="edition_document"),
    path(
        f"{VERSION}.<document:suffix>",
        documents.edition_document,
        name="edition_document_version",
    ),
    path(f"{VERSION}/manifest.json", verification.edition_manifest, name="manifest"),
    path(f"{VERSION}/canonical.json", verification.canonical, name="canonical"),
    path(f"{VERSION}/goi-du-lieu.zip", verification.data_package, name="data_package"),
    *with_files(f"{LEAGUE}/v<int:version>", public.league_table, "league_table_version"),
    path(f"{LEAGUE}/bieu-do/<slug:slug>.<chart:suffix>", public.league_chart, name="league_chart"),
    path(
        f"{LEAGUE}/v<int:version>/bieu-do/<slug:slug>.<chart:suffix>",
        public.league_chart,
        name="league_chart_version",
    ),
    path(f"{VERSION}/nhung/<slug:slug>/", embedded.embedded, name="embedded"),
    *with_files(f"{LEAGUE}/tien-bo", progress.most_improved, "most_improved"),
    path(
        f"{LEAGUE}/tien-bo/bieu-do/<slug:slug>.<chart:suffix>",
        progress.slope,
        name="most_improved_chart",
    ),
    *with_files(f"{LEAGUE}/v<int:version>/dinh-chinh", errata.edition_errata, "edition_errata"),
    *with_files(f"{VERSION}/linh-vuc", criterion.fields, "fields_version"),
    *with_files(f"{LEAGUE}/linh-vuc", criterion.fields, "fields"),
    path(f"{VERSION}/linh-vuc/bieu-do/<slug:slug>.<chart:suffix>", criterion.fields_picture),
    path(f"{LEAGUE}/linh-vuc/bieu-do/<slug:slug>.<chart:suffix>", criterion.fields_picture),
    *with_files(f"{VERSION}/{CRITERION}", criterion.criterion, "criterion_version"),
    *with_files(f"{LEAGUE}/{CRITERION}", criterion.criterion, "criterion"),
    path(f"{VERSION}/{CRITERION}/bieu-do/<slug:slug>.<chart:suffix>", criterion.criterion_chart),
    path(f"{LEAGUE}/{CRITERION}/bieu-do/<slug:slug>.<chart:suffix>", criterion.criterion_chart),
    *with_files(
        f"{LEAGUE}/v<int:version>/<slug:unit>",
        public.unit_in_edition,
        "unit_in_edition_version",
    ),
    *with_files(f"{LEAGUE}/<slug:unit>", public.unit_in_edition, "unit_in_edition"),
    path(
        f"{LEAGUE}/v<int:version>/<slug:unit>/bieu-do/<slug:slug>.<chart:suffix>",
        public.unit_in_edition_chart,
    ),
    path(f"{LEAGUE}/<slug:unit>/bieu-do/<slug:slug>.<chart:suffix>", public.unit_in_edition_chart),
    *with_files(
        f"{LEAGUE}/v<int:version>/<slug:unit>/<criterion:number>",
        trace.criterion_of_unit,
        "criterion_of_unit_version",
    ),
    *with_files(
        f"{LEAGUE}/<slug:unit>/<criterion:number>", trace.criterion_of_unit, "criterion_of_unit"
    ),
]
