"""The data taken away: described, free to scripts, not sent twice, framed, cited, in a feed."""

import json
import re
from xml.etree import ElementTree

import pytest
from django.urls import resolve
from openapi_spec_validator import validate

from scorecards import assessing
from tests.factories import TREE, give_points, new_edition, new_group, new_user, seal
from tests.pages import Page

pytestmark = pytest.mark.django_db

LEAGUE = "/song-hong/2023/so-nganh"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def edition():
    group = new_group()
    points = {"1.1": "30", "1.2": "20", "2": "15"}
    return new_edition({"Sở Y tế": points, "Sở Nội vụ": points}, group=group, criteria=TREE)


@pytest.fixture
def corrected(edition):
    framework = edition.framework
    framework.refresh_from_db()
    by = new_user("quan-tri", authority=framework.authority)
    assessing.open_correction(framework, reason="Cộng sai.", decided_by="Chủ tịch", by=by)
    framework.refresh_from_db()
    unit = framework.authority.units.get(slug="so-y-te")
    give_points(framework, {unit: {"2": "20"}})
    return seal(framework)


def test_the_description_of_the_api_is_valid(client, edition):
    document = client.get("/api/openapi.json").json()
    validate(document)
    assert len(document["paths"]) == 17 * 3 + 11


def test_every_described_address_answers_with_the_described_columns(client, corrected):
    points = {"1.1": "20", "1.2": "20", "2": "15"}
    new_edition({"Sở Y tế": points}, group=corrected.group, year=2022, criteria=TREE)
    document = client.get("/api/openapi.json").json()
    given = {"authority": "song-hong", "year": "2023", "group": "so-nganh", "unit": "so-y-te"}
    given |= {"number": "1.1", "criterion": "1", "chart": "xep-loai"}
    for address, operations in document["paths"].items():
        path = re.sub(r"\{(\w+)\}", lambda name: {**given, "version": "2"}[name[1]], address)
        needed = {
            row["name"]: "so-y-te"
            for row in operations["get"]["parameters"]
            if row["in"] == "query" and row["required"]
        }
        response = client.get(path, needed)
        assert response.status_code == 200, path
        content = operations["get"]["responses"]["200"]["content"]
        assert response.headers["Content-Type"].split(";")[0] in content, path
        assert response.headers["Access-Control-Allow-Origin"] == "*", path
        if "schema" in content.get("application/json", {}):
            name = content["application/json"]["schema"]["properties"]["results"]["items"]["$ref"]
            schema = document["components"]["schemas"][name.split("/")[-1]]
            # The columns of the units asked for come on top of the described ones.
            columns = [
                name for name in response.json()["results"][0] if not name.startswith("so-y-te")
            ]
            for family in schema.get("patternProperties", ()):
                columns = [column for column in columns if not re.match(family, column)]
            assert columns == schema["required"], path
        assert resolve(path)


def test_any_site_may_read_the_files(client, edition):
    for suffix in (".csv", ".json", ".xlsx", "/bieu-do/xep-loai.svg", "/bieu-do/xep-loai.json"):
        response = client.get(f"{LEAGUE}{suffix}")
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get(f"{LEAGUE}/").headers


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_what_has_not_changed_is_not_sent_again(client, edition, suffix):
    tag = client.get(f"{LEAGUE}{suffix}").headers["ETag"]
    again = client.get(f"{LEAGUE}{suffix}", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_the_feed_tells_results_and_corrections(client, corrected):
    for address in ("/tin.atom", "/song-hong/tin.atom"):
        feed = ElementTree.fromstring(client.get(address).content)
        titles = [entry.find("a:title", ATOM).text for entry in feed.findall("a:entry", ATOM)]
        assert titles == [
            "Đính chính: Cơ quan chuyên môn, Sông Hồng, năm 2023, ấn bản 2",
            "Kết quả: Cơ quan chuyên môn, Sông Hồng, năm 2023",
        ]
        link = feed.find("a:entry/a:link", ATOM).attrib["href"]
        assert link == "http://testserver/song-hong/2023/so-nganh/v2/"
    assert client.get("/khong-co/tin.atom").status_code == 404


def test_charts_and_table_are_framed_anywhere(client, public_sql, edition):
    content = client.get(f"{LEAGUE}/").content.decode()
    addresses = re.findall(r'src="http://testserver(/[^"&]*/nhung/[^"&]*)"', content)
    assert len(addresses) == 4
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        assert "X-Frame-Options" not in response.headers
        assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
        assert "<script" not in response.content.decode()
    assert client.get(f"{LEAGUE}/").headers["X-Frame-Options"] == "DENY"


def test_nothing_else_is_framed(client, edition):
    assert client.get(f"{LEAGUE}/v1/nhung/khong-co/").status_code == 404
    assert client.get(f"{LEAGUE}/v9/nhung/bang/").status_code == 404


@pytest.mark.parametrize("address", [f"{LEAGUE}/", f"{LEAGUE}/so-y-te/", f"{LEAGUE}/so-y-te/1.1/"])
def test_pages_say_how_they_are_cited(client, edition, address):
    text = Page(client.get(address)).text
    assert "http://testserver/song-hong/2023/so-nganh/v1/" in text
    assert "ấn bản 1, công bố ngày 01/01/2024" in text


def test_the_league_table_describes_itself_to_machines(client, edition):
    content = client.get(f"{LEAGUE}/").content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', content)
    (found,) = [block for block in map(json.loads, blocks) if block["@type"] == "Dataset"]
    assert (found["@type"], found["identifier"], found["version"]) == (
        "Dataset",
        edition.digest,
        "1",
    )
    for file in found["distribution"]:
        path = file["contentUrl"].removeprefix("http://testserver")
        assert client.get(path).headers["Content-Type"].startswith(file["encodingFormat"])


def test_a_title_cannot_break_out_of_the_description(client):
    new_edition({"Sở Y tế": "80"}, group=new_group(), title="</script><script>alert(1)</script>")
    assert "<script>alert" not in client.get(f"{LEAGUE}/").content.decode()


def test_examples_name_a_real_file(client, edition):
    page = Page(client.get("/du-lieu/vi-du/"))
    assert "http://testserver/song-hong/2023/so-nganh.csv" in page.text
    assert "index_percent" in page.text


def test_examples_without_data_say_so(client, db):
    assert "Chưa có kết quả nào được công bố" in Page(client.get("/du-lieu/vi-du/")).text


def test_the_method_says_the_rules_in_plain_words(client, public_sql, edition):
    page = Page(client.get("/song-hong/2023/phuong-phap/"))
    for words in (
        "nhân với 100",
        "2 lĩnh vực với 3 tiêu chí chấm điểm, tối đa 100,00 điểm",
        "Trong đó 40,00 điểm lấy từ điều tra xã hội học",
        "hạng kế tiếp bị bỏ qua (1, 2, 2, 4)",
    ):
        assert words in page.text
    assert [row[0] for row in page.rows("tree")] == ["1", "1.1", "1.2", "2"]
    assert client.get("/song-hong/2019/phuong-phap/").status_code == 404


def test_the_method_tells_what_changed(client, edition):
    framework = edition.framework
    framework.refresh_from_db()
    after = assessing.copy_to_next_year(framework)
    after.criteria.filter(number="1.1").update(max_points=45)
    after.criteria.filter(number="1").update(max_points=65)
    after.criteria.filter(number="1.2").update(previous=None)
    after.criteria.filter(number="2").update(comparable=False)
    unit = framework.authority.units.get(slug="so-y-te")
    give_points(after, {unit: {"1.1": "30", "1.2": "20", "2": "15"}})
    seal(after)
    text = Page(client.get("/song-hong/2024/phuong-phap/")).text
    for words in (
        "1.1. Tiêu chí 1.1: điểm tối đa từ 40,00 thành 45,00.",
        "1.2. Tiêu chí 1.2: tiêu chí mới hoặc thay thế tiêu chí cũ.",
        "2. Tiêu chí 2: không so sánh được với năm trước.",
    ):
        assert words in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_method_costs_the_same(client, django_assert_num_queries, count):
    names = [f"Sở {number}" for number in range(count)]
    new_edition(dict.fromkeys(names, "80"), group=new_group())
    with django_assert_num_queries(4):
        client.get("/song-hong/2023/phuong-phap/")


def test_the_method_says_that_nothing_changed(client, edition):
    framework = edition.framework
    framework.refresh_from_db()
    after = assessing.copy_to_next_year(framework)
    unit = framework.authority.units.get(slug="so-y-te")
    give_points(after, {unit: {"1.1": "30", "1.2": "20", "2": "15"}})
    seal(after)
    text = Page(client.get("/song-hong/2024/phuong-phap/")).text
    assert "Các tiêu chí và điểm tối đa không thay đổi so với năm trước." in text
    assert "so với năm trước" not in Page(client.get("/song-hong/2023/phuong-phap/")).text
