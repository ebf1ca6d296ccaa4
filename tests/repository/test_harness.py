"""The rules of tests/conftest.py do catch what they are there for."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Engine, Origin, Template

OURS = Path(settings.BASE_DIR) / "templates" / "invented.html"


def render(source, *, file):
    origin = Origin(str(file), template_name=file.name)
    return Template(source, origin=origin, engine=Engine.get_default()).render(Context({"a": "A"}))


@pytest.mark.parametrize(
    "source", ["{{ b }}", "{{ a.b }}", "{{ b|default:'x' }}", "{% for x in a %}{{ y }}{% endfor %}"]
)
def test_unknown_variable_in_our_template_fails(source):
    with pytest.raises(pytest.fail.Exception, match=r"invented\.html:1: unknown"):
        render(source, file=OURS)


@pytest.mark.parametrize("source", ["{{ a }}", "{% if not b %}A{% endif %}"])
def test_known_variable_and_a_question_do_not(source):
    assert render(source, file=OURS) == "A"


@pytest.mark.parametrize(("source", "expected"), [("{{ b }}", ""), ("{{ b|default:'x' }}", "x")])
def test_templates_of_packages_stay_as_they_are(source, expected):
    assert render(source, file=Path("/site-packages/django/invented.html")) == expected
