"""plotly.js as it comes, under the policy of every page."""

import pytest
from django.http import HttpResponse
from django.urls import path

PAGE = """<!doctype html><html lang="vi"><title>Chart</title>
<link rel="icon" href="/static/img/favicon.svg"><div id="chart"></div>
<script src="/static/plotly/plotly.min.js"></script><script src="/draw.js"></script></html>"""
DRAWING = "Plotly.newPlot('chart', [{type: 'bar', x: ['A', 'B'], y: [98.98, 96.85]}])"

urlpatterns = [
    path("", lambda request: HttpResponse(PAGE)),
    path("draw.js", lambda request: HttpResponse(DRAWING, content_type="text/javascript")),
]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_interactive_chart_draws_without_a_complaint_of_the_browser(live_server, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(live_server.url)
    page.hover(".plotly .barlayer .point >> nth=0", force=True)
    page.wait_for_selector(".hoverlayer .hovertext")
    page.wait_for_selector(".modebar-btn", state="attached")

    assert complaints == []
