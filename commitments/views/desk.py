"""What waits for officials: unchecked, overdue and contradictory commitments; check sheets."""

from django.http import Http404


def worklist(request):
    raise Http404


def document(request, pk):
    raise Http404


def check_sheet(request, authority, year, unit):
    raise Http404
