import io
import zipfile
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unpacked(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    call_command("load_authority", "fixtures/tay-ninh", stdout=io.StringIO())
    content = Client().get("/tay-ninh/2023/ngoai-tuyen.zip").content
    folder = tmp_path / "usb"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def is_file(address):
    return Path(unquote(urlsplit(address).path)).is_file()


@pytest.mark.parametrize("script", [True, False])
def test_offline_edition_opens_from_a_folder(unpacked, browser, script):
    context = browser.new_context(java_script_enabled=script, offline=True)
    page = context.new_page()
    complaints, asked = [], []
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # Going on before the icon is there aborts its request: that is no fault of the files.
    page.on("requestfailed", lambda request: is_file(request.url) or complaints.append(request.url))
    page.on("request", lambda request: asked.append(request.url))

    waiting, seen, linked = [(unpacked / "index.html").as_uri()], set(), set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        page.goto(address)
        assert page.locator("h1").count() == 1, address
        hrefs = [link.get_attribute("href") for link in page.locator("a[href]").all()]
        found = {urljoin(address, href).partition("#")[0] for href in hrefs}
        linked |= {target for target in found if target.startswith("file:")}
        waiting = [target for target in linked - seen if target.endswith(".html")]
    context.close()

    assert [target for target in linked if not is_file(target)] == []
    assert complaints == []
    assert [target for target in asked if not target.startswith("file:")] == []
    assert seen == {file.as_uri() for file in unpacked.rglob("*.html")}
    assert len(seen) > 30
