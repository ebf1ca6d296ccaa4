"""The public pages of commitments, targets and dossiers. They show what is marked public alone."""

from django.http import Http404


def newest(request, authority):
    raise Http404


def commitments(request, authority, year, suffix=None):
    raise Http404


def targets(request, authority, year, suffix):
    raise Http404


def chart(request, authority, year, slug, suffix):
    raise Http404


def dossiers(request, authority, year, suffix=None):
    raise Http404


def on_time(request, authority, year, suffix):
    raise Http404


def unit_commitments(request, authority, year, unit, suffix=None):
    raise Http404
