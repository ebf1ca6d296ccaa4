"""Addresses of commitments and targets: the public pages, and the desk of officials."""

from django.urls import path

from commitments.views import desk, public
from scorecards.urls import with_files

YEAR = "<slug:authority>/cam-ket/<year:year>"

urlpatterns = [
    path("viec-can-lam/", desk.worklist, name="worklist"),
    path("viec-can-lam/tep/<int:pk>/", desk.document, name="commitment_document"),
    path(
        "viec-can-lam/phieu-kiem-tra/<slug:authority>/<year:year>/<slug:unit>/",
        desk.check_sheet,
        name="check_sheet",
    ),
    path("<slug:authority>/cam-ket/", public.newest, name="commitments_newest"),
    *with_files(YEAR, public.commitments, "commitments"),
    path(f"{YEAR}/chi-tieu.<file:suffix>", public.targets, name="targets_file"),
    path(f"{YEAR}/bieu-do/<slug:slug>.<chart:suffix>", public.chart, name="commitments_chart"),
    *with_files(f"{YEAR}/ho-so", public.dossiers, "dossiers"),
    path(f"{YEAR}/dung-han.<file:suffix>", public.on_time, name="on_time_file"),
    *with_files(f"{YEAR}/<slug:unit>", public.unit_commitments, "unit_commitments"),
]
