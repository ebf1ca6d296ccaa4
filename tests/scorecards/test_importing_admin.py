import base64
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.models import ADMINISTRATORS, OFFICIALS, User
from scorecards import importing
from scorecards.admin import import_scores
from scorecards.models import Framework, ImportRun, Score
from tests.factories import new_authority, new_framework, new_group, new_user
from tests.scorecards.imports import TOTALS, changes, stored_points, two_agencies
from tests.scorecards.workbooks import csv

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def account(name, authority, group):
    return new_user(name, authority=authority, groups=[group], is_staff=True)


@pytest.fixture
def framework():
    return two_agencies()


@pytest.fixture
def admin_client(client, framework):
    client.force_login(account("lan", framework.authority, ADMINISTRATORS))
    return client


def upload(client, framework, content=TOTALS, name="diem.csv", **fields):
    file = SimpleUploadedFile(name, content)
    address = import_scores.import_url(framework)
    return client.post(address, {"framework": framework.pk, "file": file, **fields})


def confirmation(response, **changed):
    return {**response.context["confirm"].initial, **changed}


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_upload_shows_what_would_change_and_writes_nothing(admin_client, framework):
    response = upload(admin_client, framework)
    assert changes(response.context["preview"].added) == [
        ("Sở Y tế", "points of criterion 1", "—", "49.07"),
        ("Sở Tư pháp", "points of criterion 1", "—", "94.00"),
    ]
    cells = re.findall(r"<t[hd][^>]*>([^<]+)</t[hd]>", response.content.decode())
    assert cells[-8:] == [
        *("Sở Y tế", "points of criterion 1", "—", "49.07"),
        *("Sở Tư pháp", "points of criterion 1", "—", "94.00"),
    ]
    assert [Score.objects.count(), ImportRun.objects.count()] == [0, 0]


def test_confirmed_import_is_written_and_recorded(admin_client, framework):
    fields = confirmation(upload(admin_client, framework))
    response = admin_client.post(import_scores.import_url(framework), fields, follow=True)
    run = ImportRun.objects.get()
    assert response.redirect_chain == [
        (reverse("admin:scorecards_importrun_change", args=[run.pk]), 302)
    ]
    assert told(response) == ["Imported: 2 values added, 0 changed, 0 left alone."]
    assert (run.by.username, bytes(run.content), run.filename) == ("lan", TOTALS, "diem.csv")
    assert stored_points(framework) == {
        "Sở Y tế": {"1": (None, None, "49.07")},
        "Sở Tư pháp": {"1": (None, None, "94.00")},
    }


def test_file_with_problems_names_them_and_offers_no_confirmation(admin_client, framework):
    wrong = csv([["Đơn vị", "Điểm"], ["Sở Y tế", "981,31"], ["<b>Sở</b>", "1"]], separator=";")
    response = upload(admin_client, framework, wrong, "2023.csv")
    page = response.content.decode()
    assert re.findall(r"<li>(Sheet .*?)</li>", page) == [
        "Sheet “2023”, cell A3: found “&lt;b&gt;Sở&lt;/b&gt;”; "
        "no unit of this group has this name or code.",
        "Sheet “2023”, cell B2: found “981,31”; points from 0.00 to 100.00 are wanted.",
    ]
    assert 'name="fingerprint"' not in page
    fields = confirmation(response)
    again = admin_client.post(import_scores.import_url(framework), fields)
    assert (len(again.context["preview"].problems), Score.objects.count()) == (2, 0)


def test_confirmation_of_what_has_changed_meanwhile_is_shown_anew(admin_client, framework):
    fields = confirmation(upload(admin_client, framework))
    other = csv([["Đơn vị", "Tổng điểm"], ["Sở Y tế", "50"]], separator=";")
    importing.apply(framework, other, "khac.csv")
    response = admin_client.post(import_scores.import_url(framework), fields)
    assert told(response) == ["Scores have changed since you looked: look again and confirm."]
    assert changes(response.context["preview"].changed) == [
        ("Sở Y tế", "points of criterion 1", "50.00", "49.07")
    ]
    fields = confirmation(response)
    admin_client.post(import_scores.import_url(framework), fields)
    assert stored_points(framework)["Sở Y tế"] == {"1": (None, None, "49.07")}


def test_confirmation_of_another_file_is_shown_anew(admin_client, framework):
    other = csv([["Đơn vị", "Tổng điểm"], ["Sở Y tế", "50"]], separator=";")
    fields = confirmation(upload(admin_client, framework), content=base64.b64encode(other).decode())
    response = admin_client.post(import_scores.import_url(framework), fields)
    assert (told(response), Score.objects.count()) == (
        ["Scores have changed since you looked: look again and confirm."],
        0,
    )


def test_confirmation_that_does_not_arrive_whole_imports_nothing(admin_client, framework):
    fields = confirmation(upload(admin_client, framework), content="not base64!")
    response = admin_client.post(import_scores.import_url(framework), fields, follow=True)
    assert (told(response), Score.objects.count()) == (
        ["Nothing was imported: send the file again."],
        0,
    )


@pytest.mark.parametrize(
    ("content", "name", "fields", "sentence"),
    [
        (b"%PDF-1.7", "a.pdf", {},
         "The file is not an Excel workbook (.xlsx): save it as .xlsx or as .csv."),
        (b"x" * 1_500_001, "a.csv", {},
         "The file is larger than 1.5 MB: remove pictures and sheets without scores."),
        (TOTALS, "diem.csv", {"sheet": "2022"},
         "The file has no sheet “2022”; it has: “diem”."),
    ],
    ids=["PDF", "too large", "no such sheet"],
)  # fmt: skip
def test_file_that_cannot_be_read_is_refused_at_its_field(
    admin_client, framework, content, name, fields, sentence
):
    response = upload(admin_client, framework, content, name, **fields)
    assert response.context["form"].errors == {"file": [sentence]}


def test_sealed_framework_is_no_choice(admin_client, framework):
    Framework.objects.filter(pk=framework.pk).update(state="sealed")
    response = upload(admin_client, framework)
    assert list(response.context["form"].errors) == ["framework"]


def test_form_offers_the_own_frameworks_alone(admin_client, framework, client):
    other = new_framework(new_group(new_authority("long-an")))
    response = admin_client.get(import_scores.import_url(framework))
    form = response.context["form"]
    assert (list(form.fields["framework"].queryset), form["framework"].value()) == (
        [framework],
        str(framework.pk),
    )
    assert list(upload(admin_client, other).context["form"].errors) == ["framework"]
    fields = confirmation(upload(admin_client, framework), framework=other.pk)
    admin_client.post(import_scores.import_url(framework), fields)
    assert Score.objects.count() == 0
    client.force_login(User.objects.create_superuser("goc"))
    form = client.get(import_scores.import_url(other)).context["form"]
    assert set(form.fields["framework"].queryset) == {framework, other}


def test_officials_do_not_import(client, framework):
    client.force_login(account("cuc", framework.authority, OFFICIALS))
    address = import_scores.import_url(framework)
    assert [client.get(address).status_code, upload(client, framework).status_code] == [403, 403]


@pytest.fixture
def run(framework):
    return importing.apply(framework, TOTALS, "điểm 2023.csv")


def test_imported_file_is_sent_as_it_was_received(admin_client, run):
    response = admin_client.get(reverse("admin:scorecards_importrun_file", args=[run.pk]))
    assert (b"".join(response.streaming_content), response["Content-Type"]) == (
        TOTALS,
        "application/octet-stream",
    )
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%C4%91i%E1%BB%83m%202023.csv"
    )
    assert response["X-Content-Type-Options"] == "nosniff"


def test_imported_file_is_for_the_own_authority(client, run):
    address = reverse("admin:scorecards_importrun_file", args=[run.pk])
    client.force_login(account("mai", new_authority("long-an"), ADMINISTRATORS))
    assert client.get(address).status_code == 404
    client.force_login(account("cuc", run.framework.authority, OFFICIALS))
    assert client.get(address).status_code == 404


def test_record_of_an_import_is_shown_and_cannot_be_changed(admin_client, run):
    address = reverse("admin:scorecards_importrun_change", args=[run.pk])
    page = admin_client.get(address).content.decode()
    assert [run.sha256 in page, 'name="_save"' in page, "điểm 2023.csv" in page] == [
        True,
        False,
        True,
    ]
    assert admin_client.post(address, {"filename": "x"}).status_code == 403
    delete = reverse("admin:scorecards_importrun_delete", args=[run.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    run.refresh_from_db()
    assert run.filename == "điểm 2023.csv"


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_imports_costs_the_same_whatever_its_length(
    admin_client, framework, count, django_assert_num_queries
):
    for number in range(count):
        importing.apply(framework, TOTALS, f"{number}.csv")
    address = reverse("admin:scorecards_importrun_changelist")
    with django_assert_num_queries(8):
        page = admin_client.get(address).content.decode()
    assert re.findall(r"(\d)\.csv", page) == [str(number) for number in reversed(range(count))]
