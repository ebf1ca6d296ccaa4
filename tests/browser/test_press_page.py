"""The press page on paper."""

import io

import pytest
from pypdf import PdfReader

from tests.factories import new_edition, new_group

pytestmark = pytest.mark.django_db(transaction=True)


def test_press_page_of_31_units_prints_on_two_sheets(live_server, page):
    group = new_group()
    districts = new_group(group.authority, slug="cap-huyen", name="UBND cấp huyện", position=2)
    long = "Nông nghiệp và Phát triển nông thôn"
    for year in (2022, 2023):
        new_edition({f"Sở {place} {long}": str(95 - place) for place in range(20)},
                    group=group, year=year)  # fmt: skip
        new_edition({f"Huyện {place}": str(95 - place) for place in range(11)},
                    group=districts, year=year)  # fmt: skip

    page.goto(f"{live_server.url}/song-hong/2023/thong-cao/")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))

    sheets = [sheet.extract_text() for sheet in printed.pages]
    assert len(sheets) == 2
    assert {round(float(sheet.mediabox.height)) for sheet in printed.pages} == {842}
    assert all(f"Sở {place} {long}" in " ".join(sheets[0].split()) for place in range(20))
    assert "Mã kiểm tra (SHA-256)" in sheets[1]
