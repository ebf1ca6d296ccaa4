import io
import json
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from scorecards import publishing, verifying
from scorecards.canonical import digest_of
from scorecards.models import (
    Edition,
    PublishedBand,
    PublishedCount,
    PublishedPoints,
    PublishedResult,
)
from tests.factories import (
    TREE,
    announce,
    give_maximum,
    give_points,
    new_authority,
    new_edition,
    new_framework,
    new_group,
    new_unit,
    open_correction,
    seal,
    tomorrow,
)
from tests.pages import Page
from units.models import Authority, UnitGroup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sql")]

POINTS = {
    "Sở Tài chính": {"1.1": "36", "1.2": "18.5", "2": "38"},
    "Sở Y tế": {"1.1": "30", "1.2": "15.25", "2": "30"},
    "Sở Nội vụ": {"1.1": "20", "1.2": "10", "2": "25"},
}
PAGE = "/xac-minh/"


@contextmanager
def unlocked():
    """Change what is sealed, as whoever owns the database could."""
    tables = [
        model._meta.db_table
        for model in (Edition, PublishedResult, PublishedPoints, PublishedBand, PublishedCount)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def change(model, where, **values):
    with unlocked():
        assert model.objects.filter(**where).update(**values) == 1


def fetched(edition):
    return verifying.to_verify(Edition.objects.filter(pk=edition.pk))


def findings(edition):
    (verdict,) = verifying.verify(fetched(edition))
    return verdict.findings


def of_unit(name, **more):
    return {"unit_name": name, **more}


def of_leaf(name, number):
    return {"result__unit_name": name, "criterion_number": number}


@pytest.fixture
def edition():
    return new_edition(POINTS, criteria=TREE)


# What is as it was sealed


def computed_with_everything():
    authority = new_authority()
    group = new_group(authority)
    framework = new_framework(
        group,
        criteria=[*TREE, ("3", None, "bonus"), ("4", None, "penalty")],
        decimals=3,
        rank_on="exact",
        cap_percent="100",
    )
    units = [new_unit(authority, name) for name in ("Sở A", "Sở B", "Sở C", "Sở D")]
    give_points(
        framework,
        {
            units[0]: {"1.1": "40", "1.2": "20", "2": "40", "3": "5"},
            units[1]: {"1.1": "33.333", "1.2": "10", "2": "20", "4": "-1.5"},
            units[2]: {"1.1": "33.333", "1.2": "10", "2": "20", "4": "-1.5"},
            units[3]: {"1.1": "10", "2": "5", "3": "1"},
        },
    )
    give_maximum(framework, units[3], "0", number="1.2", reason="không có thủ tục hành chính")
    return seal(framework)


def announced_with_ranks_of_our_own():
    framework = new_framework(origin="announced", criteria=[("1", None)], bands=[])
    for name, points in (("Sở A", "91.5"), ("Sở B", "80")):
        unit = new_unit(framework.authority, name)
        give_points(framework, {unit: points})
        give_maximum(framework, unit, "96.5")
    return seal(framework)


def announced_in_part():
    framework = new_framework(origin="announced", bands=[])
    first, second = (new_unit(framework.authority, name) for name in ("Sở A", "Sở B"))
    give_points(framework, {first: "91.5", second: None})
    announce(framework, first, index_percent="91.51", rank=1, class_name="Tốt")
    return seal(framework, completeness="partial")


def unranked():
    return new_edition({"Sở A": "90", "Sở B": "10"}, ranked=False, classified_by="none", bands=[])


def classified_by_points():
    return new_edition(
        {"Sở A": "90.5", "Sở B": "10"},
        classified_by="points",
        bands=[("Tốt", "80.505"), ("Khá", None)],
    )


CASES = [
    computed_with_everything,
    announced_with_ranks_of_our_own,
    announced_in_part,
    unranked,
    classified_by_points,
]


@pytest.mark.parametrize("make", CASES)
def test_what_was_sealed_verifies(make):
    (verdict,) = verifying.verify(fetched(make()))

    assert (verdict.findings, verdict.remarks, verdict.complete) == ([], [], True)
    assert verdict.rows > 0


def test_correction_verifies_with_what_it_corrects(edition):
    framework = edition.framework
    open_correction(framework)
    give_points(framework, {framework.scorecards.first().unit: {"2": "39.5"}})
    second = seal(framework, reason="Cộng sót điểm")

    assert (findings(edition), findings(second)) == ([], [])


def test_edition_of_format_1_still_verifies(monkeypatch):
    monkeypatch.setattr(publishing, "FORMAT_VERSION", 1)
    edition = new_edition(POINTS, criteria=TREE, bands=[("Tốt", "80.005"), ("Khá", None)])
    document = json.loads(bytes(edition.canonical))

    assert edition.format_version == 1
    assert "decided_by" not in document
    assert document["bands"][0]["floor"] == "80.00"  # rounded half to even
    assert findings(edition) == []


def test_format_2_rounds_nothing_away():
    edition = new_edition(POINTS, criteria=TREE, bands=[("Tốt", "80.005"), ("Khá", None)])
    document = json.loads(bytes(edition.canonical))

    assert document["bands"][0]["floor"] == "80.005"
    assert document["results"][0]["points"] == "92.50"


# What is not


def test_changed_points_are_named_with_both_values(edition):
    change(PublishedPoints, of_leaf("Sở Y tế", "1.2"), points="16.25")

    assert findings(edition) == [
        "Sở Y tế, tiêu chí 1.2: hàng đã công bố ghi 16,25, bản niêm phong ghi 15,25.",
        "Sở Y tế: hàng đã công bố ghi 75,25, tính lại từ điểm được 76,25.",
        "Sở Y tế, điểm thẩm định: hàng đã công bố ghi 45,25, tính lại từ điểm được 46,25.",
        "Sở Y tế, chỉ số (%): hàng đã công bố ghi 75,25, tính lại từ điểm được 76,25.",
        "Sở Y tế, tiêu chí 1: hàng đã công bố ghi 45,25, tính lại từ điểm được 46,25.",
        "Sở Y tế, tiêu chí 1, chỉ số (%): hàng đã công bố ghi 75,42, tính lại từ điểm được 77,08.",
        "Sở Y tế, tiêu chí 1.2, chỉ số (%): hàng đã công bố ghi 76,25, tính lại từ điểm được "
        "81,25.",
    ]


CHANGES = [
    (
        "rank",
        PublishedResult,
        of_unit("Sở Y tế"),
        {"rank": 1},
        [
            "Sở Y tế, thứ hạng: hàng đã công bố ghi 1, bản niêm phong ghi 2.",
            "Sở Y tế, thứ hạng: hàng đã công bố ghi 1, tính lại từ điểm được 2.",
        ],
    ),
    (
        "class",
        PublishedResult,
        of_unit("Sở Y tế"),
        {"class_name": "Tốt"},
        [
            "Sở Y tế, xếp loại: hàng đã công bố ghi “Tốt”, bản niêm phong ghi “Khá”.",
            "Sở Y tế, xếp loại: hàng đã công bố ghi “Tốt”, tính lại từ điểm được “Khá”.",
            "số đơn vị xếp loại Tốt: hàng đã công bố ghi 1, tính lại từ điểm được 2.",
            "số đơn vị xếp loại Khá: hàng đã công bố ghi 1, tính lại từ điểm được 0.",
        ],
    ),
    (
        "count",
        PublishedCount,
        {"class_name": "Tốt"},
        {"count": 2},
        [
            "số đơn vị xếp loại Tốt: hàng đã công bố ghi 2, bản niêm phong ghi 1.",
            "số đơn vị xếp loại Tốt: hàng đã công bố ghi 2, tính lại từ điểm được 1.",
        ],
    ),
    (
        "band",
        PublishedBand,
        {"name": "Tốt"},
        {"inclusive": False},
        ["mức Tốt, bao gồm ngưỡng: hàng đã công bố ghi không, bản niêm phong ghi có."],
    ),
    (
        "points emptied",
        PublishedResult,
        of_unit("Sở Nội vụ"),
        {"survey": None},
        [
            "Sở Nội vụ, điểm điều tra xã hội học: hàng đã công bố ghi (trống), bản niêm phong ghi "
            "25,00.",
            "Sở Nội vụ, điểm điều tra xã hội học: hàng đã công bố ghi (trống), tính lại từ điểm "
            "được 25,00.",
        ],
    ),
    (
        "order",
        PublishedResult,
        of_unit("Sở Nội vụ"),
        {"position": 0},
        ["Sở Nội vụ: hàng này đứng ở vị trí khác so với bản niêm phong."],
    ),
    (
        "place in the tree",
        PublishedPoints,
        of_leaf("Sở Nội vụ", "1.2"),
        {"level": 1},
        ["Sở Nội vụ, tiêu chí 1.2: hàng này đặt sai chỗ trong bộ tiêu chí."],
    ),
    (
        "title of the edition",
        Edition,
        {},
        {"title": "Chỉ số khác"},
        [
            "tên gọi: hàng đã công bố ghi “Chỉ số khác”, bản niêm phong ghi “Chỉ số năm 2023”.",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "where", "values", "said"),
    [case[1:] for case in CHANGES],
    ids=[case[0] for case in CHANGES],
)
def test_change_in_the_database_is_named(edition, model, where, values, said):
    change(model, where, **values)

    assert findings(edition) == said


def test_deleted_criterion_is_named(edition):
    with unlocked():
        PublishedPoints.objects.filter(**of_leaf("Sở Y tế", "2")).delete()

    assert findings(edition)[0] == (
        "Sở Y tế, tiêu chí 2: bản niêm phong có dòng này, các hàng đã công bố thì không."
    )


def test_deleted_unit_is_named(edition):
    with unlocked():
        PublishedPoints.objects.filter(result__unit_name="Sở Nội vụ").delete()
        PublishedResult.objects.filter(unit_name="Sở Nội vụ").delete()

    assert findings(edition) == [
        "Sở Nội vụ: bản niêm phong có dòng này, các hàng đã công bố thì không.",
        "số đơn vị xếp loại Trung bình: hàng đã công bố ghi 1, tính lại từ điểm được 0.",
    ]


def rewrite(edition, old, new):
    """Change the sealed copy and its digest together."""
    content = bytes(edition.canonical).replace(old, new)
    assert content != bytes(edition.canonical)
    change(Edition, {"pk": edition.pk}, canonical=content, digest=digest_of(content))
    edition.refresh_from_db()


def test_sealed_copy_changed_with_its_digest_breaks_the_chain(edition):
    later = new_edition({"Sở Tài chính": "90"}, group=edition.group, year=2024)
    old = edition.digest
    change(PublishedPoints, of_leaf("Sở Y tế", "1.2"), note="Không có ý kiến")
    text = json.loads(bytes(edition.canonical))
    text["results"][1]["criteria"][2]["note"] = "Không có ý kiến"
    content = json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    change(Edition, {"pk": edition.pk}, canonical=content, digest=digest_of(content))
    new = digest_of(content)

    assert findings(edition) == [
        "Cơ quan chuyên môn 2024, ấn bản 1 được niêm phong sau ấn bản này và ghi mã của ấn bản "
        f"trước là {verifying.short(old)}, không phải {verifying.short(new)}: một trong hai ấn "
        "bản đã bị thay đổi."
    ]
    assert findings(later) == [
        f"Ấn bản này ghi rằng ngay trước nó là ấn bản mang mã {verifying.short(old)}, nhưng đứng "
        f"trước nó là Cơ quan chuyên môn 2023, ấn bản 1 mang mã {verifying.short(new)}: một trong "
        "hai ấn bản đã bị thay đổi, hoặc thiếu một ấn bản ở giữa."
    ]


def test_digest_alone_changed_is_said(edition):
    change(Edition, {}, digest="0" * 64)

    assert findings(edition) == [
        f"Bản niêm phong cho mã kiểm tra {verifying.short(edition.digest)}, còn ấn bản ghi mã "
        "00000000…0000."
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", "Không đọc được bản niêm phong."),
        (b"[]", "Không đọc được bản niêm phong."),
        (b'{"authority":"x"}', "Không đọc được bản niêm phong."),
    ],
)
def test_sealed_copy_that_is_no_edition_is_said(edition, content, said):
    change(Edition, {}, canonical=content, digest=digest_of(content))

    assert findings(edition) == [said]


def test_sealed_copy_in_other_bytes_is_said(edition):
    rewrite(edition, b'{"authority":', b'{ "authority":')

    assert findings(edition) == [
        "Bản niêm phong có cùng nội dung nhưng khác từng byte: tệp đã bị ghi lại."
    ]


def test_removed_edition_leaves_a_gap(edition):
    middle = new_edition({"Sở Tài chính": "80"}, group=edition.group, year=2024)
    last = new_edition({"Sở Tài chính": "90"}, group=edition.group, year=2025)
    with unlocked():
        PublishedPoints.objects.filter(result__edition=middle).delete()
        for model in (PublishedResult, PublishedBand, PublishedCount):
            model.objects.filter(edition=middle).delete()
        Edition.objects.filter(pk=middle.pk).delete()

    assert len(findings(edition)) == len(findings(last)) == 1


def test_renamed_authority_or_group_is_a_remark(edition):
    UnitGroup.objects.update(name="Sở, ban, ngành")
    Authority.objects.update(name="UBND tỉnh Sông Hồng")
    (verdict,) = verifying.verify(fetched(edition))

    assert verdict.findings == []
    assert verdict.remarks == [
        "Khi niêm phong ấn bản này, tên cơ quan công bố là “Ủy ban nhân dân tỉnh Sông Hồng”; nay "
        "là “UBND tỉnh Sông Hồng”.",
        "Khi niêm phong ấn bản này, tên nhóm đơn vị là “Cơ quan chuyên môn”; nay là “Sở, ban, "
        "ngành”.",
    ]


def test_previous_edition_that_is_not_public_is_explained(edition, client):
    hidden = new_edition(
        {"Sở Tài chính": "80"}, group=edition.group, year=2024, public_from=tomorrow()
    )
    last = new_edition({"Sở Tài chính": "90"}, group=edition.group, year=2025)
    (verdict,) = verifying.verify(fetched(last))

    assert verdict.findings == []
    assert verdict.remarks == [
        "Ấn bản được niêm phong ngay trước ấn bản này chưa công bố. Mã kiểm tra của nó là "
        f"{hidden.digest}, đã ghi trong ấn bản này nên không thể thay đổi nội dung mà không bị "
        "phát hiện; từ ngày công bố, ai cũng kiểm tra được nội dung ấy."
    ]
    page = Page(client.get(PAGE, {"co-quan": "song-hong"}))
    assert "Cơ quan chuyên môn 2024" not in page.text
    assert (
        "Không có ấn bản công khai nào mang mã này."
        in Page(client.get(PAGE, {"ma": hidden.digest})).text
    )


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_units(django_assert_num_queries, count):
    edition = new_edition({f"Sở {n}": str(90 - n) for n in range(count)})
    editions = list(fetched(edition))

    with django_assert_num_queries(5):
        assert [verdict.sound for verdict in verifying.verify(editions)] == [True]


# The page


def test_page_explains_and_lists_authorities(client, edition):
    page = Page(client.get(PAGE))

    assert "Mã kiểm tra là “dấu vân tay” của một ấn bản" in page.text
    assert "Ủy ban nhân dân tỉnh Sông Hồng 1 ấn bản công khai" in page.text
    assert "?co-quan=song-hong" in page.attributes("a", "href")
    assert "/xac-minh/xac_minh.py" in page.attributes("a", "href")


@pytest.mark.parametrize("characters", [8, 12, 64])
def test_edition_is_found_by_its_code(client, edition, characters):
    page = Page(client.get(PAGE, {"ma": edition.digest[:characters]}))

    assert "✓ Khớp" in page.text
    assert "Cơ quan chuyên môn 2023, ấn bản 1" in page.text


@pytest.mark.parametrize("code", ["0123456", "0" * 65, "xin chào các bạn"])
def test_what_is_no_code_is_refused(client, edition, code):
    assert "Đây không phải là mã kiểm tra." in Page(client.get(PAGE, {"ma": code})).text


def test_code_may_be_written_with_spaces_and_capitals(client, edition):
    written = f" {edition.digest[:8].upper()} {edition.digest[8:]} "

    assert "✓ Khớp" in Page(client.get(PAGE, {"ma": written})).text


def test_wrong_code_is_refused_in_words(client, edition):
    wrong = "0" * 64 if not edition.digest.startswith("0") else "1" * 64

    assert (
        "✗ Không có ấn bản công khai nào mang mã này." in Page(client.get(PAGE, {"ma": wrong})).text
    )


def test_page_turns_red_and_names_the_row(client, edition):
    change(PublishedPoints, of_leaf("Sở Y tế", "1.2"), points="16.25")
    response = client.get(PAGE, {"co-quan": "song-hong"})
    page = Page(response)

    assert "✗ Không khớp" in page.text
    assert "✓ Khớp" not in page.text
    assert (
        "Sở Y tế, tiêu chí 1.2: hàng đã công bố ghi 16,25, bản niêm phong ghi 15,25." in page.text
    )
    assert "no-store" in response["Cache-Control"]


def test_page_goes_only_so_far(client, edition, monkeypatch):
    from scorecards.views import verification

    new_edition({"Sở Tài chính": "90"}, group=edition.group, year=2024)
    monkeypatch.setattr(verification, "MOST_BYTES", 2500)
    page = Page(client.get(PAGE, {"co-quan": "song-hong"}))
    assert "Còn 1 ấn bản cũ hơn chưa xác minh trong lượt này" in page.text
    assert f"?ma={edition.digest}" in page.attributes("a", "href")

    large = Page(client.get(PAGE, {"ma": edition.digest}))
    assert "ấn bản quá lớn để tính lại trên trang" in large.text


def test_page_checks_for_one_reader_at_a_time(client, edition, monkeypatch):
    from scorecards.views import verification

    monkeypatch.setattr(verification, "_alone", lambda: False)
    response = client.get(PAGE, {"co-quan": "song-hong"})

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Đang có một lượt xác minh khác." in Page(response).text


@pytest.mark.parametrize("query", [{"co-quan": "khong-co"}, {"co-quan": "\0"}])
def test_unknown_authority_is_not_found(client, edition, query):
    assert client.get(PAGE, query).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("query", "queries"), [({}, 1), ({"co-quan": "song-hong"}, 12)])
def test_queries_of_the_page_do_not_grow(client, django_assert_num_queries, query, queries, count):
    new_edition({f"Sở {n}": str(90 - n) for n in range(count)})

    with django_assert_num_queries(queries):
        assert client.get(PAGE, query).status_code == 200


def test_seal_of_a_page_leads_to_its_verification(client, edition):
    links = Page(client.get("/song-hong/2023/so-nganh/")).attributes("a", "href")

    assert f"/xac-minh/?ma={edition.digest}" in links
    assert "/song-hong/2023/so-nganh/v1/manifest.json" in links


# The command


def test_command_agrees(edition):
    out = io.StringIO()
    call_command("verify_editions", stdout=out)

    assert out.getvalue().splitlines() == [
        f"Sông Hồng, Cơ quan chuyên môn 2023, ấn bản 1: khớp ({edition.digest})",
        "Đã xác minh 1 ấn bản.",
    ]


def test_command_fails_and_names_the_row(edition):
    change(PublishedResult, of_unit("Sở Y tế"), rank=1)
    out = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("verify_editions", "--authority=song-hong", "--json", stdout=out)
    told = json.loads(out.getvalue())

    assert failure.value.returncode == 1
    assert told["sound"] is False
    assert told["editions"][0]["findings"][0] == (
        "Sở Y tế, thứ hạng: hàng đã công bố ghi 1, bản niêm phong ghi 2."
    )


def test_command_checks_what_is_not_public_yet():
    new_edition({"Sở A": "90"}, public_from=tomorrow())
    change(PublishedResult, of_unit("Sở A"), rank=2)

    with pytest.raises(CommandError, match="Có ấn bản không còn đúng như khi niêm phong"):
        call_command("verify_editions", stdout=io.StringIO())


def test_command_refuses_an_unknown_authority(edition):
    with pytest.raises(CommandError, match="Không có cơ quan công bố khong-co"):
        call_command("verify_editions", "--authority=khong-co", stdout=io.StringIO())


@pytest.mark.slow
def test_168_units_of_95_criteria_verify():
    criteria = [(str(n), "1") for n in range(1, 96)]
    points = {f"Xã {n}": {number: "0.5" for number, __ in criteria} for n in range(168)}
    edition = new_edition(points, criteria=criteria)
    (verdict,) = verifying.verify(list(fetched(edition)))

    assert (verdict.findings, verdict.rows) == ([], 168 * 96)
