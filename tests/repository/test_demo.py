"""`make demo` from an empty copy of the repository to Ctrl-C, and again."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import pytest

from reform_portal import demo, embedded_postgres

REPOSITORY = Path(demo.__file__).resolve().parent.parent
PARTS = (
    "accounts",
    "commitments",
    "fixtures",
    "freshness",
    "reform_portal",
    "scorecards",
    "static",
    "templates",
    "units",
)


@pytest.fixture
def copy():
    folder = Path(tempfile.mkdtemp(prefix="demo-"))
    folder.chmod(0o755)  # PostgreSQL's account may pass; pytest's own folders are closed to it
    for part in PARTS:
        shutil.copytree(REPOSITORY / part, folder / part)
    with contextlib.suppress(FileNotFoundError):  # plotly.js, compressed, saves ten seconds
        shutil.copytree(REPOSITORY / "var" / "static", folder / "var" / "static")
    yield folder
    shutil.rmtree(folder)


@contextlib.contextmanager
def running_demo(folder, port):
    """The demo, and what it printed until it answered."""
    unset = {"DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    with subprocess.Popen(
        [sys.executable, "-m", "reform_portal.demo"],
        cwd=folder,
        env={**environment, "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C stops it"):
                break
        yield process, "".join(lines)
        process.kill()


def ask(port, method, path, **options):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as server:
        server.request(method, path, **options)
        response = server.getresponse()
        response.text = response.read().decode()
        return response


def signs_in(port, password):
    form = ask(port, "GET", "/quan-tri/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)[1]
    cookie = re.search(r"csrftoken=\w+", form.headers["Set-Cookie"])[0]
    fields = {"username": "quantri", "password": password, "csrfmiddlewaretoken": token}
    answer = ask(
        port,
        "POST",
        "/quan-tri/login/?next=/quan-tri/",
        body=urlencode(fields),
        headers={"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"},
    )
    return answer.status == 302


def processes_in(folder):
    return [
        process.name
        for process in Path("/proc").glob("[0-9]*")
        if embedded_postgres._serves(process, folder)
        or embedded_postgres._serves(process, folder / "var" / "postgres" / "data")
    ]


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_demo_from_nothing_to_ctrl_c_and_again(copy, port):
    seen = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with running_demo(copy, port) as (process, printed):
            address, password = re.search(
                r"^The portal is at (\S+)\n.*password: (\w+)\)$", printed, re.MULTILINE
            ).groups()
            seen.append((address, password, ask(port, "GET", "/").status))
            assert signs_in(port, password)
            process.send_signal(number)
            assert process.wait(timeout=30) == 0
        assert processes_in(copy) == []

    assert seen == [(f"http://127.0.0.1:{port}", password, 200)] * 2
    assert "sealed" not in printed  # the second start found its data
    assert (copy / "var" / "demo-password").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["x", "0", "65536", "80 80", "-1"])
def test_port_that_is_none_is_named(text):
    with pytest.raises(SystemExit) as refusal:
        demo.free_port(text)

    assert str(refusal.value) == (
        f"PORT is “{text}”: give a number from 1 to 65535, as in: make demo PORT=8001"
    )


def test_port_in_use_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(SystemExit) as refusal:
            demo.free_port(str(port))

    assert str(refusal.value) == (
        f"Port {port} cannot be used (address already in use): give another one, as in: "
        f"make demo PORT={port % 65535 + 1}"
    )
