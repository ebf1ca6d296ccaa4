"""What the repository promises about itself: commands, dependencies, pure modules."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parent.parent.parent
LOCK = (REPOSITORY / "requirements.lock").read_text()
PYPROJECT = (REPOSITORY / "pyproject.toml").read_text()
PROJECT = tomllib.loads(PYPROJECT)["project"]
DEPENDENCIES = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]


@pytest.mark.parametrize("document", ["README.md", ".ci/run"])
def test_commands_of_the_documents_are_in_the_makefile(document):
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    text = (REPOSITORY / document).read_text()
    named = set(re.findall(r"(?:^|`|\$ )make ([a-z]+)", text, re.MULTILINE))

    assert "test" in named
    assert named - targets == set()


def test_every_dependency_says_why_it_is_there():
    unexplained = [
        dependency
        for dependency in DEPENDENCIES
        if not re.search(rf'^  "{re.escape(dependency)}", # \w', PYPROJECT, re.MULTILINE)
    ]

    assert unexplained == []


def test_lock_holds_every_dependency_in_a_version_that_is_wanted():
    locked = {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==([^ ]+)", LOCK, re.MULTILINE)
    }
    wanted = [Requirement(dependency) for dependency in DEPENDENCIES]

    assert [
        str(requirement)
        for requirement in wanted
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"))
    ] == []


def test_lock_names_no_place_to_download_from():
    assert re.findall(r"://|--index|--extra-index|--find-links|--trusted", LOCK) == []


@pytest.mark.parametrize(
    "module", ["scorecards/calculation.py", "units/lineage.py", "units/vietnamese.py"]
)
def test_pure_module_imports_the_standard_library_alone(module):
    tree = ast.parse((REPOSITORY / module).read_text())
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }

    assert {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names} == set()
