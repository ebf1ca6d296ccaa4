import os
import subprocess
import sys
from pathlib import Path

import pytest

from reform_portal import settings

REPOSITORY = Path(settings.__file__).resolve().parent.parent
ADDRESS = "an address such as postgresql://user:password@host:5432/name"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "postgresql://portal:s%40cret@db.example:5433/par",
            ("par", "portal", "s@cret", "db.example", "5433", {}),
        ),
        (
            "postgresql://portal@/par?host=/run/postgresql",
            ("par", "portal", "", "/run/postgresql", "", {}),
        ),
        (
            "postgres://portal@%2Frun%2Fpostgresql/par?sslmode=require",
            ("par", "portal", "", "/run/postgresql", "", {"sslmode": "require"}),
        ),
    ],
    ids=["a server by its name", "a socket in the query", "a socket as the host, an option"],
)
def test_database_is_read_as_libpq_reads_it(address, expected):
    parts = settings.database(address)

    assert (
        tuple(parts[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS"))
        == expected
    )


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", f"DATABASE_URL is not {ADDRESS}."),
        ("mysql://portal:secret@host/par", f"DATABASE_URL is not {ADDRESS}."),
        ("postgresql://portal:secret@host", f"DATABASE_URL names no database: it is {ADDRESS}."),
        (
            "postgresql://portal:secret@host:abc/par",
            f"DATABASE_URL has a port that is not a number: it is {ADDRESS}.",
        ),
    ],
)
def test_wrong_database_address_is_named_without_its_password(address, sentence):
    with pytest.raises(SystemExit) as refusal:
        settings.database(address)

    assert str(refusal.value) == sentence


def test_switch_that_is_neither_on_nor_off_is_named(monkeypatch):
    monkeypatch.setenv("DEBUG", "maybe")

    with pytest.raises(SystemExit) as refusal:
        settings.switch("DEBUG")

    assert str(refusal.value) == "DEBUG is “maybe”: write on or off."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {},
            "SECRET_KEY is not set: give it in the environment, such as the output of: "
            "openssl rand -base64 48.",
        ),
        (
            {"SECRET_KEY": "short"},
            "SECRET_KEY is too short: it has at least 50 characters nobody can guess.",
        ),
        (
            {"SECRET_KEY": "x" * 50},
            "ALLOWED_HOSTS is not set: give it in the environment, such as "
            "par.example.vn,www.par.example.vn.",
        ),
    ],
    ids=["no secret key", "a short secret key", "no hosts"],
)
def test_server_without_what_it_needs_says_one_sentence(given, sentence):
    environment = {"PATH": os.defpath, "DATABASE_URL": "postgresql://portal@host/par", **given}

    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert (result.returncode, result.stderr) == (1, f"{sentence}\n")


def test_server_that_is_not_told_its_database_does_not_fall_back_to_the_embedded_one():
    result = subprocess.run(
        [sys.executable, "-c", "import reform_portal.wsgi"],
        cwd=REPOSITORY,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
    )

    assert (result.returncode, result.stderr) == (
        3,
        "DATABASE_URL is not set; to try the portal without a server, run “make demo”.\n",
    )


def test_every_page_forbids_what_it_does_not_need(client):
    policy = client.get("/quan-tri/login/", follow=True)["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert {part.split()[0]: part.split()[1:] for part in policy.split("; ")} == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": [
            "'self'",
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
            "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='",
        ],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
