"""Commitments, measurements and dossiers in the administration: who may, what is refused, how."""

import datetime
import io

import pytest
import xlsxwriter
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import ADMINISTRATORS, OFFICIALS
from commitments.models import Check, Commitment, Document, DossierMonth, Indicator, Measurement
from commitments.models import Target as TargetRow
from scorecards.models import ImportRun
from tests import factories

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 signed page"


@pytest.fixture
def group():
    return factories.new_group()


@pytest.fixture
def unit(group):
    return factories.new_unit(group.authority, "Sở Y tế")


@pytest.fixture
def administrator(client, group):
    user = factories.new_user(
        "quan-tri", authority=group.authority, groups=[ADMINISTRATORS], is_staff=True
    )
    client.force_login(user)
    return user


def page(name, *args):
    return reverse(f"admin:commitments_{name}", args=args)


def sentences(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(response):
    return {name: list(found) for name, found in response.context["form"].errors.items()}


# Who may


@pytest.fixture
def foreign():
    """Rows of another authority, and the addresses of their pages."""
    other = factories.new_group(factories.new_authority("cuu-long"))
    unit = factories.new_unit(other.authority, "Sở Khác")
    indicator = factories.new_indicator(other.authority)
    commitment = factories.new_commitment(unit)
    measurement = factories.measure(indicator, datetime.date(2024, 3, 1), "50")
    dossiers = factories.report_dossiers(unit, datetime.date(2024, 3, 1), 10)
    return [
        page("dossier_grid", other.pk),
        page("dossier_workbook", other.pk),
        page("proposals", other.pk),
        page("several", other.pk),
        page("withdraw", commitment.pk),
        page("check", commitment.pk),
        page("sign") + f"?so={commitment.pk}",
        page("measurement_correct", measurement.pk),
        page("commitment_change", commitment.pk),
        page("measurement_change", measurement.pk),
        page("dossiermonth_change", dossiers.pk),
        page("indicator_change", indicator.pk),
    ]


@pytest.mark.parametrize("method", ["get", "post"])
def test_rows_of_another_authority_are_out_of_reach(client, administrator, foreign, method):
    found = {address: getattr(client, method)(address).status_code for address in foreign}
    # Django's own change pages send away from what is not in the list.
    assert set(found.values()) <= {302, 403, 404}, found
    assert all(code in (403, 404) for address, code in found.items() if "change" not in address)


@pytest.mark.parametrize("groups", [[], [OFFICIALS]])
def test_who_does_not_administer_enters_nothing(client, group, unit, groups):
    client.force_login(
        factories.new_user("lan", authority=group.authority, groups=groups, is_staff=True)
    )
    for address in (
        page("dossier_grid", group.pk),
        page("import_dossiers"),
        page("import_commitments"),
        page("measurement_add"),
        page("commitment_add"),
        page("proposals", group.pk),
    ):
        assert client.get(address).status_code in (403, 404)


def test_lists_open_with_and_without_rows(client, administrator, group, unit):
    names = ["indicator", "target", "measurement", "dossiermonth", "commitment"]
    for _round in range(2):
        for name in names:
            assert client.get(page(f"{name}_changelist")).status_code == 200
        indicator = factories.new_indicator(unit.authority, f"chi-so-{_round}")
        factories.new_target(indicator)
        factories.measure(indicator, datetime.date(2024, 3, 1), "50")
        factories.new_commitment(unit, f"Cam kết {_round}")
        factories.report_dossiers(unit, datetime.date(2024, 1 + _round, 1), 10)


# Targets and measurements


def target_form(indicator, **values):
    return {
        "authority": indicator.authority_id,
        "indicator": indicator.pk,
        "value": "100",
        "due_on": "2024-12-31",
        **values,
    }


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"due_on": ""}, "due_on", "Trường này là bắt buộc."),
        ({"value": "101"}, "value", "Tỷ lệ không vượt quá 100%."),
        (
            {"baseline": "10"},
            "__all__",
            "Mức ban đầu phải có ngày đo, trước thời hạn của chỉ tiêu.",
        ),
    ],
)
def test_a_wrong_target_gets_one_sentence(client, administrator, unit, values, field, sentence):
    indicator = factories.new_indicator(unit.authority)
    response = client.post(page("target_add"), target_form(indicator, **values))
    found = response.context["adminform"].form.errors
    assert list(found) == [field]
    assert found[field] == [sentence]
    assert not TargetRow.objects.exists()


def test_an_indicator_in_use_keeps_its_meaning(client, administrator, unit):
    indicator = factories.new_indicator(unit.authority)
    factories.new_target(indicator)
    form = {
        "authority": unit.authority_id, "slug": indicator.slug, "name": "Tên mới",
        "measure_unit": "%", "is_share": "on", "measured_by": "measurements", "decimals": "1",
        "direction": "less", "position": "0",
    }  # fmt: skip
    assert client.post(page("indicator_change", indicator.pk), form).status_code == 302
    indicator.refresh_from_db()
    assert (indicator.name, indicator.direction) == ("Tên mới", "more")


def test_a_measurement_is_recorded_corrected_and_withdrawn(client, administrator, unit):
    indicator = factories.new_indicator(unit.authority)
    form = {"indicator": indicator.pk, "on": "2024-03-31", "numerator": "3", "denominator": "4"}
    client.post(page("measurement_add"), form)
    first = Measurement.objects.get()
    assert (str(first.value), first.recorded_by) == ("75.000", administrator)

    again = client.post(page("measurement_add"), form)
    assert "31/03/2024" in str(errors(again))

    correct = page("measurement_correct", first.pk)
    assert list(errors(client.post(correct, {"value": "80"}))) == ["reason"]
    client.post(correct, {"value": "80,5", "reason": "Cộng thiếu."})
    second = Measurement.objects.get(corrects=first)
    assert (str(second.value), second.reason) == ("80.500", "Cộng thiếu.")
    assert (
        page("measurement_correct", first.pk)
        not in client.get(page("measurement_change", first.pk)).content.decode()
    )

    client.post(page("measurement_correct", second.pk), {"withdraw": "on", "reason": "Nhầm."})
    assert not Measurement.objects.standing().exists()


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"value": "100,1"}, "value", "Tỷ lệ không vượt quá 100%."),
        ({"numerator": "5", "denominator": "4"}, "numerator", "Tử số lớn hơn mẫu số."),
        ({"value": "5", "on": "2100-01-01"}, "__all__", "Ngày đo không được ở trong tương lai."),
        ({}, "value", "Cần một giá trị."),
    ],
)
def test_a_wrong_measurement_gets_one_sentence(
    client, administrator, unit, values, field, sentence
):
    indicator = factories.new_indicator(unit.authority)
    form = {"indicator": indicator.pk, "on": "2024-03-31", **values}
    assert errors(client.post(page("measurement_add"), form)) == {field: [sentence]}
    assert not Measurement.objects.exists()


def test_showing_and_hiding_are_actions(client, administrator, unit):
    row = factories.measure(
        factories.new_indicator(unit.authority), datetime.date(2024, 3, 1), "50", public=False
    )
    form = {"action": "show", "_selected_action": [row.pk]}
    client.post(page("measurement_changelist"), form)
    assert Measurement.objects.get().public


# The grid of dossiers


def grid(group, month="2024-03"):
    return page("dossier_grid", group.pk) + f"?thang={month}"


def typed(unit, **cells):
    """Return the form of one row: count number → (seen, typed)."""
    form = {}
    for number, (seen, text) in cells.items():
        form[f"v-{unit.pk}-{number[1:]}"] = text
        form[f"s-{unit.pk}-{number[1:]}"] = seen
    return form


def test_the_grid_saves_what_was_typed(client, administrator, group, unit):
    response = client.post(
        grid(group), typed(unit, c0=("", "1.838"), c1=("", "1800"), c2=("", "20"), c3=("", ""))
    )
    assert sentences(response) == ["Đã lưu hồ sơ của 1 đơn vị."]
    row = DossierMonth.objects.get()
    assert (row.received, row.settled_on_time, row.settled_late, row.pending_in_time) == (
        1838,
        1800,
        20,
        None,
    )
    assert row.recorded_by == administrator
    content = client.get(grid(group)).content.decode()
    assert "98,90%" in content


def test_a_wrong_cell_keeps_everything_as_typed(client, administrator, group, unit):
    response = client.post(grid(group), typed(unit, c0=("", "88,5"), c1=("", "7")))
    assert response.status_code == 422
    content = response.content.decode()
    assert "Cần một số nguyên như 1.838." in content
    assert 'value="88,5"' in content
    assert 'value="7"' in content
    assert not DossierMonth.objects.exists()


def test_a_changed_number_takes_a_reason(client, administrator, group, unit):
    factories.report_dossiers(unit, datetime.date(2024, 3, 1), 10)
    form = typed(unit, c0=("10", "12"))
    response = client.post(grid(group), form)
    assert (response.status_code, "lý do" in response.content.decode()) == (409, True)
    client.post(grid(group), {**form, "reason": "Đếm lại."})
    assert DossierMonth.objects.standing().get().received == 12


def test_what_somebody_else_wrote_is_told(client, administrator, group, unit):
    factories.report_dossiers(unit, datetime.date(2024, 3, 1), 10)
    response = client.post(grid(group), {**typed(unit, c0=("", "12")), "reason": "x"})
    assert response.status_code == 409
    assert "Người khác vừa nhập số liệu: Sở Y tế" in response.content.decode()


def test_units_and_months_that_were_not_there_are_not_offered(client, administrator, group, unit):
    gone = factories.new_unit(group.authority, "Sở Cũ", ends_on=datetime.date(2024, 2, 29))
    assert gone.name not in client.get(grid(group)).content.decode()
    assert gone.name in client.get(grid(group, "2024-02")).content.decode()
    client.post(grid(group, "2100-01"), typed(unit, c0=("", "1")))
    assert not DossierMonth.objects.exists()
    assert client.get(grid(group, "nothing")).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_grid_costs_the_same(client, administrator, group, django_assert_num_queries, count):
    for number in range(count):
        one = factories.new_unit(group.authority, f"Sở {number}")
        factories.report_dossiers(one, datetime.date(2024, 3, 1), 10)
    client.get(grid(group))
    with django_assert_num_queries(6):
        client.get(grid(group))


def test_the_empty_workbook_comes_back_filled(client, administrator, group, unit):
    content = client.get(page("dossier_workbook", group.pk) + "?thang=2024-03").content
    from python_calamine import load_workbook

    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, rows[0])
    sheet.write_row(1, 0, [*rows[1][:2], 10, 9, 1, 2, 0])
    book.close()
    upload = SimpleUploadedFile("thang-3.xlsx", output.getvalue())
    form = {"authority": group.authority.pk, "month": "2024-03", "file": upload}
    preview = client.post(page("import_dossiers"), form)
    assert "Những thay đổi khi nhập" in preview.content.decode() or preview.status_code == 200
    confirm = preview.context["confirm"]
    client.post(page("import_dossiers"), {**confirm.initial, "reason": ""})
    assert DossierMonth.objects.get().received == 10
    assert ImportRun.objects.get().by == administrator


def test_an_import_that_changes_numbers_asks_why(client, administrator, group, unit):
    factories.report_dossiers(unit, datetime.date(2024, 3, 1), 10)
    heading = "Tên đơn vị,Tiếp nhận,Giải quyết đúng hạn\n"
    upload = SimpleUploadedFile("a.csv", f"{heading}Sở Y tế,11,9".encode())
    form = {"authority": group.authority.pk, "month": "2024-03", "file": upload}
    confirm = client.post(page("import_dossiers"), form).context["confirm"]
    assert confirm.fields["reason"].required
    response = client.post(page("import_dossiers"), {**confirm.initial, "reason": ""}, follow=True)
    assert sentences(response) == ["Cần ghi lý do sửa số liệu đã báo cáo."]
    assert DossierMonth.objects.get().received == 10


# Commitments


def test_a_commitment_is_entered_signed_checked_and_withdrawn(client, administrator, unit):
    form = {"unit": unit.pk, "year": "2024", "text": "Họp mỗi quý", "due_on": "2024-12-31"}
    client.post(page("commitment_add"), form)
    row = Commitment.objects.get()
    assert row.changed_by == administrator

    sign = page("sign") + f"?so={row.pk}"
    upload = SimpleUploadedFile("trang.pdf", PDF, "text/html")
    client.post(sign, {"signed_by": "Giám đốc", "signed_on": "2024-02-15", "scan": upload})
    row.refresh_from_db()
    assert (row.signed_by, row.scan.content_type) == ("Giám đốc", "application/pdf")

    changed = client.post(
        page("commitment_change", row.pk), {**form, "text": "khác", "public": "on"}
    )
    row.refresh_from_db()
    assert (changed.status_code, row.text, row.public) == (302, "Họp mỗi quý", True)
    assert client.post(page("commitment_delete", row.pk), {"post": "yes"}).status_code == 403

    check = page("check", row.pk)
    client.post(check, {"checked_on": "2024-06-01", "step": "in_progress", "finding": "Đang làm."})
    assert Check.objects.get().recorded_by == administrator
    assert "Đang làm." in client.get(page("commitment_change", row.pk)).content.decode()

    client.post(page("withdraw", row.pk), {"on": "2024-07-01", "reason": "Đã sáp nhập."})
    row.refresh_from_db()
    assert row.withdrawn_reason == "Đã sáp nhập."


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"checked_on": "2024-02-14"}, "checked_on"),
        ({"checked_on": "2100-01-01"}, "checked_on"),
        ({"finding": " "}, "finding"),
        ({"step": "fine"}, "step"),
        ({"measured_value": "101"}, "measured_value"),
    ],
)
def test_a_wrong_check_is_refused_at_its_field(client, administrator, unit, values, field):
    indicator = factories.new_indicator(unit.authority)
    row = factories.new_commitment(unit, indicator=indicator, promised_value=98)
    form = {"checked_on": "2024-06-01", "step": "done", "finding": "Xong.", **values}
    assert list(errors(client.post(page("check", row.pk), form))) == [field]
    assert not Check.objects.exists()


def test_a_contradiction_is_said_at_once(client, administrator, unit):
    indicator = factories.new_indicator(unit.authority)
    factories.measure(indicator, datetime.date(2024, 5, 1), "90", unit=unit)
    row = factories.new_commitment(unit, indicator=indicator, promised_value=98)
    form = {"checked_on": "2024-06-01", "step": "done", "finding": "Xong."}
    assert "90%, 01/05/2024" in client.get(page("check", row.pk)).content.decode()
    response = client.post(page("check", row.pk), form)
    assert sentences(response)[1] == "Kết quả kiểm tra trái với số đo gần nhất: 90%, 01/05/2024."


def test_a_page_that_is_no_page_is_refused(client, administrator, unit):
    row = factories.new_commitment(unit, signed=False)
    upload = SimpleUploadedFile("trang.pdf", b"<script>")
    form = {"signed_by": "Giám đốc", "signed_on": "2024-02-15", "scan": upload}
    response = client.post(page("sign") + f"?so={row.pk}", form)
    assert "không phải PDF" in str(errors(response))
    row.refresh_from_db()
    assert (row.signed_on, Document.objects.count()) == (None, 0)


@pytest.fixture
def scored(group):
    """Two units with lost points in the published edition of 2023."""
    factories.new_edition(
        {"Sở Y tế": {"1.1": "30", "1.2": "20", "2": "15"},
         "Sở Nội vụ": {"1.1": "40", "1.2": "20", "2": "30"}},
        group=group, year=2023, criteria=factories.TREE,
    )  # fmt: skip
    return group


def test_lost_points_become_commitments(client, administrator, scored):
    address = page("proposals", scored.pk)
    shown = client.get(address)
    rows = shown.context["rows"]
    assert [(row["unit"].name, row["number"], row["lost"]) for row in rows] == [
        ("Sở Nội vụ", "2", "10,00"),
        ("Sở Y tế", "2", "25,00"),
        ("Sở Y tế", "1.1", "10,00"),
    ]
    assert shown.context["year"] == 2024
    key = rows[1]["key"]
    form = {f"c-{key}": "on", f"t-{key}": "Nâng điểm", f"p-{key}": "35,5", "due_on": "2024-12-31"}
    client.post(address, form)
    row = Commitment.objects.get()
    assert (str(row.promised_points), str(row.baseline_points), str(row.baseline_max)) == (
        "35.500",
        "15.000",
        "40.000",
    )
    assert row.field == "Tiêu chí 2"


@pytest.mark.parametrize(
    ("text", "number", "sentence"),
    [
        ("Nâng điểm", "41", "Điểm cam kết từ 0 đến điểm tối đa của đơn vị."),
        ("", "35", "Sở Y tế: cam kết: Trường này không được để trắng."),
        ("Nâng điểm", "nhiều", "Sở Y tế, 2: Nhập một số."),
    ],
)
def test_a_wrong_proposal_says_so_and_makes_nothing(
    client, administrator, scored, text, number, sentence
):
    address = page("proposals", scored.pk)
    key = client.get(address).context["rows"][1]["key"]
    form = {f"c-{key}": "on", f"t-{key}": text, f"p-{key}": number, "due_on": "2024-12-31"}
    response = client.post(address, form)
    assert sentence in str(response.context["sentences"]), response.context["sentences"]
    assert not Commitment.objects.exists()


def test_nothing_chosen_makes_nothing(client, administrator, scored):
    response = client.post(page("proposals", scored.pk), {"due_on": "2024-12-31"})
    assert response.context["sentences"] == ["Hãy chọn ít nhất một cam kết."]


def test_several_units_make_one_commitment(client, administrator, scored):
    indicator = factories.new_indicator(scored.authority)
    units = list(scored.authority.units.order_by("slug"))
    factories.new_commitment(units[0], "100% hồ sơ đúng hạn")
    response = client.post(
        page("several", scored.pk),
        {
            "year": "2024",
            "text": "100% hồ sơ đúng hạn",
            "indicator": indicator.pk,
            "promised_value": "100",
            "due_on": "2024-12-31",
            "units": [unit.pk for unit in units],
        },
    )
    assert sentences(response) == [
        "Đã lập 1 cam kết; sửa được cho đến khi ký.",
        "1 đơn vị đã có cam kết này.",
    ]
    assert Commitment.objects.count() == 2


def test_every_record_of_an_import_can_be_read(client, administrator, group, unit):
    factories.new_framework(group, year=2023)
    content = "Tên đơn vị,Nội dung cam kết,Thời hạn\nSở Y tế,Họp,31/12/2024".encode()
    upload = SimpleUploadedFile("cam-ket.csv", content)
    form = {"authority": group.authority.pk, "year": "2024", "file": upload}
    confirm = client.post(page("import_commitments"), form).context["confirm"]
    client.post(page("import_commitments"), confirm.initial)
    run = ImportRun.objects.get()
    assert Commitment.objects.get().text == "Họp"
    assert client.get(reverse("admin:scorecards_importrun_changelist")).status_code == 200
    download = client.get(reverse("admin:scorecards_importrun_file", args=[run.pk]))
    assert b"".join(download.streaming_content) == content


def test_nothing_of_another_authority_is_chosen(client, administrator, unit):
    other = factories.new_authority("cuu-long")
    stranger = factories.new_unit(other, "Sở Khác")
    indicator = factories.new_indicator(other)
    form = {"unit": stranger.pk, "year": "2024", "text": "x", "due_on": "2024-12-31"}
    client.post(page("commitment_add"), form)
    client.post(page("target_add"), target_form(indicator))
    client.post(
        page("measurement_add"), {"indicator": indicator.pk, "on": "2024-01-01", "value": "1"}
    )
    assert not Commitment.objects.exists()
    assert not TargetRow.objects.exists()
    assert not Measurement.objects.exists()
    assert Indicator.objects.count() == 1
