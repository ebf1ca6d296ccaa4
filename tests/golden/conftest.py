"""The real folders of fixtures/, loaded once for the tests of one module."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"


@pytest.fixture(scope="module")
def _loaded(request, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        for folder in request.module.FOLDERS:
            call_command("load_authority", FIXTURES / folder, stdout=io.StringIO())
            if (FIXTURES / folder / "commitments.toml").is_file():
                call_command("load_commitments", FIXTURES / folder, stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _golden(_loaded, db, public_sql):
    """Give every test here the loaded folders, each in its own savepoint."""
