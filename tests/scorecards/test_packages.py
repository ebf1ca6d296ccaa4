import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from frictionless import Package

from scorecards.canonical import encoded
from tests.factories import (
    TREE,
    give_points,
    new_edition,
    new_group,
    open_correction,
    seal,
    tomorrow,
)
from tests.golden.conftest import FIXTURES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_sql")]

POINTS = {
    "Sở Tài chính": {"1.1": "36", "1.2": "18.5", "2": "38"},
    "Sở Y tế": {"1.1": "30", "1.2": "15.25", "2": "30"},
}
VERSION = "/song-hong/2023/so-nganh/v1"
VERIFIER = settings.BASE_DIR / "static" / "verify" / "xac_minh.py"


@pytest.fixture(autouse=True)
def _own_var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def edition():
    return new_edition(POINTS, criteria=TREE)


@pytest.fixture
def unpacked(client, edition, tmp_path):
    """The data package of the edition, unpacked."""
    folder = tmp_path / "package"
    unzip(client.get(f"{VERSION}/goi-du-lieu.zip").content, folder)
    return folder


def unzip(content, folder):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def run(*arguments):
    """Run the verifier as anyone would, with nothing but Python; return exit code and words."""
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8", "PATH": ""},
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


# The manifest


def test_manifest_says_what_the_edition_is(client, edition):
    told = client.get(f"{VERSION}/manifest.json").json()
    files = told.pop("files")
    told.pop("sealed_at"), told.pop("public_from"), told.pop("licence")

    assert told == {
        "authority": "song-hong",
        "authority_name": "Ủy ban nhân dân tỉnh Sông Hồng",
        "group": "so-nganh",
        "group_name": "Cơ quan chuyên môn",
        "year": 2023,
        "round": 0,
        "title": "Chỉ số năm 2023",
        "version": 1,
        "digest": edition.digest,
        "previous_digest": None,
        "corrects": None,
        "reason": None,
        "format_version": 2,
        "decision": None,
        "origin": "computed",
        "completeness": "full",
        "illustrative": False,
    }
    assert [(line["name"], line["address"]) for line in files] == [
        ("canonical.json", f"{VERSION}/canonical.json"),
        ("song-hong-2023-so-nganh-v1.csv", f"{VERSION}.csv"),
        ("song-hong-2023-so-nganh-v1.json", f"{VERSION}.json"),
        ("song-hong-2023-so-nganh-v1.xlsx", f"{VERSION}.xlsx"),
    ]


def test_manifest_digests_are_those_of_the_files(client, edition):
    for line in client.get(f"{VERSION}/manifest.json").json()["files"]:
        content = client.get(line["address"]).content
        assert (line["bytes"], line["sha256"]) == (len(content), sha256(content)), line["name"]


def test_manifest_of_a_correction_names_both_editions_before_it(client, edition):
    framework = edition.framework
    open_correction(framework)
    give_points(framework, {framework.scorecards.first().unit: {"2": "39.5"}})
    second = seal(framework, reason="Cộng sót điểm")
    told = client.get("/song-hong/2023/so-nganh/v2/manifest.json").json()

    assert [told[name] for name in ("digest", "previous_digest", "corrects", "reason")] == [
        second.digest,
        edition.digest,
        edition.digest,
        "Cộng sót điểm",
    ]


@pytest.mark.parametrize("name", ["manifest.json", "goi-du-lieu.zip", "canonical.json"])
def test_files_are_the_same_bytes_in_every_language(client, edition, name):
    assert client.get(f"{VERSION}/{name}").content == client.get(f"/en{VERSION}/{name}").content


def test_sealed_copy_is_served_byte_for_byte(client, edition):
    response = client.get(f"{VERSION}/canonical.json")
    again = client.get(f"{VERSION}/canonical.json", headers={"if-none-match": response["ETag"]})

    assert response.content == bytes(edition.canonical)
    assert response["ETag"] == f'"{edition.digest}"'
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "address",
    [
        f"{VERSION}/manifest.json",
        f"{VERSION}/canonical.json",
        f"{VERSION}/goi-du-lieu.zip",
        "/song-hong/2023/ngoai-tuyen.zip",
    ],
)
def test_what_is_not_public_is_not_handed_out(client, address):
    new_edition(POINTS, criteria=TREE, public_from=tomorrow())

    assert client.get(address).status_code == 404


# The data package


def test_package_holds_the_tables_the_sealed_copy_and_the_verifier(unpacked, edition):
    assert sorted(file.name for file in unpacked.iterdir()) == [
        "README.md",
        "bands.csv",
        "canonical.json",
        "counts.csv",
        "criteria.csv",
        "datapackage.json",
        "manifest.json",
        "results.csv",
        "xac_minh.py",
    ]
    lines = (unpacked / "results.csv").read_text().splitlines()
    assert lines[1] == "1,so-tai-chinh,Sở Tài chính,true,1,92.50,92.50,100.00,,54.50,38.00,,Tốt,"
    described = json.loads((unpacked / "datapackage.json").read_text())
    assert [described[key] for key in ("name", "version", "id")] == [
        "song-hong-2023-so-nganh-v1",
        "1",
        edition.digest,
    ]
    schema = described["resources"][1]["schema"]
    assert schema["primaryKey"] == ["unit", "criterion_number"]
    assert all(field["title"] for field in schema["fields"])
    readme = (unpacked / "README.md").read_text()
    assert "results.csv là bảng xếp hạng" in readme
    assert "results.csv is the league table" in readme
    assert edition.digest in readme


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_package_do_not_grow(client, django_assert_num_queries, count):
    new_edition({f"Sở {n}": str(90 - n) for n in range(count)})

    with django_assert_num_queries(6):
        client.get(f"{VERSION}/goi-du-lieu.zip")


def test_package_keeps_text_from_being_a_formula(client):
    new_edition({"=1+1": "90"})
    with zipfile.ZipFile(io.BytesIO(client.get(f"{VERSION}/goi-du-lieu.zip").content)) as archive:
        text = archive.read("results.csv").decode()

    assert ",'=1+1,true," in text


@pytest.fixture(scope="module")
def real(django_db_setup, django_db_blocker):
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        for folder in ("minh-hoa", "tay-ninh", "thua-thien-hue", "binh-phuoc"):
            call_command("load_authority", FIXTURES / folder, stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


PACKAGES = [
    "/tinh-minh-hoa/2023/so-nganh/v1",
    "/tinh-minh-hoa/2020/cap-huyen/v1",
    "/tay-ninh/2023/so-nganh/v1",
    "/tay-ninh/2023/cap-huyen/v1",
    "/thua-thien-hue/2021/so-nganh/v1",
    "/binh-phuoc/2020/so-nganh/v1",
]


@pytest.mark.parametrize("address", PACKAGES)
def test_package_is_valid_and_verifies(real, client, tmp_path, address):
    first = client.get(f"{address}/goi-du-lieu.zip").content
    unzip(first, tmp_path / "package")
    report = Package(str(tmp_path / "package" / "datapackage.json")).validate()

    assert report.flatten(["rowNumber", "fieldName", "note"]) == []
    assert report.stats["tasks"] == 4
    assert client.get(f"{address}/goi-du-lieu.zip").content == first
    code, said = run(tmp_path / "package")
    assert (code, "KHÔNG KHỚP" in said, "  KHỚP (" in said) == (0, False, True), said


@pytest.mark.parametrize("address", PACKAGES)
def test_every_real_edition_verifies_on_the_portal(real, client, address):
    digest = client.get(f"{address}/manifest.json").json()["digest"]
    page = client.get("/xac-minh/", {"ma": digest}).content.decode()

    assert "✓ Khớp" in page
    assert "✗" not in page


# The verifier that stands alone


def test_verifier_imports_the_standard_library_alone_and_old_python():
    import ast

    tree = ast.parse(VERIFIER.read_text(), feature_version=(3, 9))
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert names <= sys.stdlib_module_names


def test_verifier_is_handed_out(client):
    response = client.get("/xac-minh/xac_minh.py")

    assert response.content == VERIFIER.read_bytes()
    assert response["Content-Disposition"] == 'attachment; filename="xac_minh.py"'


def test_verifier_takes_zip_folder_and_file(client, edition, unpacked, tmp_path):
    package = tmp_path / "goi.zip"
    package.write_bytes(client.get(f"{VERSION}/goi-du-lieu.zip").content)
    manifest = tmp_path / "m.json"
    manifest.write_bytes(client.get(f"{VERSION}/manifest.json").content)

    for arguments in ([package], [unpacked], [unpacked / "canonical.json", manifest]):
        code, said = run(*arguments)
        assert (code, edition.digest in said) == (0, True)
        assert "KHỚP (2 đơn vị)" in said
    code, said = run("--en", package)
    assert (code, "AGREES (2 units)" in said) == (0, True)
    code, said = run(unpacked / "canonical.json")
    assert (code, "không có manifest.json: chỉ tính lại" in said) == (0, True)


def changed(folder, change):
    """Change the sealed copy and give the manifest its new digest, as a forger would."""
    document = json.loads((folder / "canonical.json").read_bytes())
    change(document)
    content = encoded(document)
    (folder / "canonical.json").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["digest"] = sha256(content)
    for line in manifest["files"]:
        if line["name"] == "canonical.json":
            line["sha256"] = sha256(content)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for name in ("results.csv", "criteria.csv"):
        (folder / name).unlink()


def better_rank(document):
    document["results"][1]["rank"] = "1"


def better_class(document):
    document["results"][1]["class_name"] = "Tốt"


def more_points(document):
    document["results"][1]["criteria"][2]["points"] = "16.25"


def more_of_a_class(document):
    document["counts"]["Tốt"] = "2"


FORGERIES = [
    (better_rank, "Sở Y tế, rank: ấn bản ghi 1, tính lại được 2"),
    (better_class, "Sở Y tế, class_name: ấn bản ghi Tốt, tính lại được Khá"),
    (more_points, "Sở Y tế, points: ấn bản ghi 75.25, tính lại được 76.25"),
    (more_points, "Sở Y tế, tiêu chí 1.2, index_percent: ấn bản ghi 76.25, tính lại được 81.25"),
    (more_of_a_class, "Tốt, count: ấn bản ghi 2, tính lại được 1"),
]


@pytest.mark.parametrize(("forge", "said"), FORGERIES)
def test_verifier_recomputes_what_was_forged(unpacked, forge, said):
    changed(unpacked, forge)
    code, words = run(unpacked)

    assert code == 1
    assert f"  ✗ {said}\n" in words
    assert "  KHÔNG KHỚP\n" in words


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("canonical.json", b"75.25", b"76.25", "manifest.json, digest: "),
        ("counts.csv", b"1", b"2", "tệp đã bị đổi: counts.csv"),
        ("results.csv", b"75.25", b"76.25", "results.csv: so-y-te index_percent: 76.25 ≠ 75.25"),
        ("criteria.csv", b"15.25", b"16.25", "criteria.csv: so-y-te 1.2 points: 16.25 ≠ 15.25"),
        ("results.csv", b"so-y-te", b"so-x", "results.csv: so-x: +"),
    ],
)
def test_verifier_finds_a_changed_file(unpacked, name, old, new, said):
    file = unpacked / name
    file.write_bytes(file.read_bytes().replace(old, new))
    code, words = run(unpacked)

    assert (code, said in words) == (1, True), words


@pytest.mark.parametrize(
    ("name", "content"), [("canonical.json", b"{"), ("canonical.json", b"[]"), ("x.json", b"")]
)
def test_verifier_says_what_it_cannot_read(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    code, words = run(tmp_path)

    assert (code, words.startswith("Không đọc được: ")) == (2, True), words


def test_verifier_knows_the_cap_of_format_1(monkeypatch, client, tmp_path):
    from scorecards import publishing

    monkeypatch.setattr(publishing, "FORMAT_VERSION", 1)
    new_edition(
        {"Sở A": {"1": "98", "2": "5"}, "Sở B": {"1": "50"}},
        criteria=[("1", "100"), ("2", None, "bonus")],
        cap_percent="100",
    )
    unzip(client.get(f"{VERSION}/goi-du-lieu.zip").content, tmp_path / "package")
    code, words = run(tmp_path / "package")

    assert (code, "KHỚP (2 đơn vị)" in words) == (0, True), words


# The offline edition


OFFLINE = "/song-hong/2023/ngoai-tuyen.zip"


def names(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def test_offline_edition_holds_pages_files_and_sealed_copies(client, edition, tmp_path):
    content = client.get(OFFLINE).content
    unzip(content, tmp_path / "year")
    found = names(content)

    assert {
        "index.html",
        "css/portal.css",
        "so-nganh/index.html",
        "so-nganh/so-y-te/index.html",
        "so-nganh.csv",
        "so-nganh.xlsx",
        "so-nganh.json",
        "so-nganh/bieu-do/xep-hang.svg",
        "so-nganh/v1/canonical.json",
        "so-nganh/v1/manifest.json",
        "so-nganh/v1/datapackage.json",
        "xac_minh.py",
    } <= set(found)
    assert [name for name in found if name.endswith(".zip") or "ngoai-tuyen" in name] == []
    code, words = run(tmp_path / "year")
    assert (code, "KHỚP (2 đơn vị)" in words) == (0, True), words


def test_offline_edition_is_kept_until_something_changes(client, edition, settings):
    first = client.get(OFFLINE).content
    (kept,) = (settings.VAR_DIR / "offline").iterdir()
    kept.write_bytes(b"kept")
    assert client.get(OFFLINE).content == b"kept"

    edition.group.name = "Sở, ban, ngành"
    edition.group.save()
    again = client.get(OFFLINE).content
    assert again != b"kept"
    assert names(again) == names(first)
    (replaced,) = (settings.VAR_DIR / "offline").iterdir()
    assert replaced != kept


def test_offline_edition_of_the_command_is_that_of_the_page(client, edition, tmp_path):
    file = tmp_path / "usb.zip"
    call_command(
        "export_edition",
        authority="song-hong",
        year=2023,
        address="http://testserver",
        output=str(file),
        stdout=io.StringIO(),
    )

    assert file.read_bytes() == client.get(OFFLINE).content


def test_export_refuses_a_year_without_editions(edition, tmp_path):
    with pytest.raises(CommandError, match="Chưa có kết quả nào được công bố"):
        call_command("export_edition", authority="song-hong", year=2022)


def test_offline_edition_shows_nothing_that_is_not_public(client, edition, tmp_path):
    group = new_group(edition.authority, "cap-xa", name="Cấp xã", kind="commune")
    new_edition({"Xã An Bình": "90"}, group=group, public_from=tomorrow())
    unzip(client.get(OFFLINE).content, tmp_path / "year")

    texts = [file.read_text() for file in tmp_path.rglob("*.html")]
    assert len(texts) >= 4
    assert [text for text in texts if "Xã An Bình" in text or "Cấp xã" in text] == []


def test_pages_of_the_offline_edition_are_well_formed(client, edition, tmp_path):
    unzip(client.get(OFFLINE).content, tmp_path / "year")
    for file in Path(tmp_path).rglob("*.html"):
        text = file.read_text()
        assert "<script" not in text, file
        assert "<form" not in text, file
        assert text.count("<a ") == text.count("</a>"), file
        assert text.count("<div") == text.count("</div>"), file
        assert text.count("<span") == text.count("</span>"), file
    shutil.rmtree(tmp_path / "year")


def test_offline_edition_of_very_many_units_is_made_by_the_command(
    client, edition, tmp_path, monkeypatch
):
    from scorecards.exports import offline

    monkeypatch.setattr(offline, "MOST_UNITS", 1)
    refused = client.get(OFFLINE)
    assert refused.status_code == 503
    assert "Bản ngoại tuyến năm 2023 chưa được lập" in refused.content.decode()

    file = tmp_path / "usb.zip"
    address = "http://testserver"
    options = {"authority": "song-hong", "year": 2023, "address": address, "output": str(file)}
    call_command("export_edition", **options, stdout=io.StringIO())
    assert client.get(OFFLINE).content == file.read_bytes()


def test_dead_entries_of_lists_are_gone(client, edition, tmp_path):
    unzip(client.get(OFFLINE).content, tmp_path / "year")
    text = (tmp_path / "year" / "so-nganh" / "index.html").read_text()

    assert "manifest.json</a>" in text
    assert "Xác minh ngay" not in text
