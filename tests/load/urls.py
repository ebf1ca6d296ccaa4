"""The portal's own addresses beside a bare answer as large as a page, under the same middleware."""

from django.http import HttpResponse
from django.urls import path

from reform_portal.urls import urlpatterns as portal


def bare(request, size):
    return HttpResponse(b"x" * size)


urlpatterns = [path("bare/<int:size>/", bare), *portal]
