import ast
import gettext
import re
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "reform_portal" / "locale" / "vi" / "LC_MESSAGES" / "django.po"
OWN = ("accounts", "commitments", "reform_portal", "scorecards", "units")
FIELD = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)? ?(".*")$')
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|(?<!\{)\{\w+\}")
VIETNAMESE = re.compile(
    "[ăâđêôơưĂÂĐÊÔƠƯàằầèềìòồờùừỳáắấéếíóốớúứýảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹạặậẹệịọộợụựỵ]"
)
MESSAGE_CALLS = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
}
# Words that files, accounts and languages go by, not sentences for people.
VOCABULARY = {
    "accounts/models.py",
    "commitments/importing",
    "reform_portal/formats/vi",
    "reform_portal/settings.py",
    "scorecards/charts/svg.py",
    "scorecards/importing",
    "scorecards/management/commands/load_authority.py",
    "units/vietnamese.py",
}


@dataclass(frozen=True)
class Message:
    context: str
    singular: str
    plural: str
    forms: tuple[str, ...]
    flags: frozenset[str]


def read_catalogue(text):
    for block in text.split("\n\n"):
        fields, flags, current = {}, set(), ""
        for line in block.splitlines():
            if line.startswith("#,"):
                flags.update(line[2:].replace(",", " ").split())
            elif found := FIELD.match(line):
                current = found[1] or current
                fields[current] = fields.get(current, "") + ast.literal_eval(found[2])
        if "msgid" in fields:
            forms = tuple(fields[name] for name in sorted(fields) if name.startswith("msgstr"))
            yield Message(
                fields.get("msgctxt", ""),
                fields["msgid"],
                fields.get("msgid_plural", ""),
                forms,
                frozenset(flags),
            )


def placeholders(text):
    return Counter(PLACEHOLDER.findall(text))


@pytest.fixture(scope="module")
def messages():
    return [row for row in read_catalogue(CATALOGUE.read_text("utf-8")) if row.singular]


@pytest.fixture(scope="module")
def compiled():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def python_files():
    files = (path for name in OWN for path in (ROOT / name).rglob("*.py"))
    return sorted(path for path in files if "migrations" not in path.parts)


def template_files():
    return sorted((ROOT / "templates").rglob("*.html"))


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def called(node):
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def messages_in_python(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or called(node) not in MESSAGE_CALLS:
            continue
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        texts = [text for text in texts if isinstance(text, str)]
        if texts:
            yield texts[0]


def without_comments(path):
    return re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text("utf-8"), flags=re.S)


def messages_in_template(path):
    source = without_comments(path)
    for _, text in re.findall(r"""{%\s*translate\s+(["'])(.*?)\1""", source):
        yield text.replace("%", "%%")
    for trimmed, block in re.findall(
        r"{%\s*blocktranslate\b(.*?)%}(.*?){%\s*(?:plural|endblocktranslate)", source, flags=re.S
    ):
        if "trimmed" in trimmed:
            block = " ".join(line.strip() for line in block.strip().splitlines())
        yield re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", block.replace("%", "%%"))


def test_translations_of_every_message_are_there_and_certain(messages):
    assert [row.singular for row in messages if not all(row.forms) or "fuzzy" in row.flags] == []


def test_translations_are_of_the_texts_in_code_and_of_no_others(messages):
    known = {row.singular for row in messages}
    wanted = {text for path in python_files() for text in messages_in_python(path)}
    wanted |= {text for path in template_files() for text in messages_in_template(path)}

    assert (sorted(wanted - known), sorted(known - wanted)) == ([], [])


def test_translations_have_one_form_as_vietnamese_does(messages, compiled):
    assert {len(row.forms) for row in messages} == {1}
    assert compiled.info()["plural-forms"] == "nplurals=1; plural=0;"


def test_translations_keep_the_placeholders(messages):
    wrong = [
        (row.singular, row.forms[0])
        for row in messages
        if placeholders(row.forms[0]) != placeholders(row.plural or row.singular)
    ]

    assert wrong == []


def test_translations_keep_the_white_space_at_their_ends(messages):
    def ends(text):
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    wrong = [row.singular for row in messages if ends(row.forms[0]) != ends(row.singular)]

    assert wrong == []


def test_translations_are_composed_unicode():
    # "ế" in two code points looks the same and is found by no search.
    assert re.findall("[\u0300-\u036f]", CATALOGUE.read_text("utf-8")) == []


def test_translations_are_compiled_from_the_catalogue(messages, compiled):
    written = {}
    for row in messages:
        key = f"{row.context}\x04{row.singular}" if row.context else row.singular
        written[(key, 0) if row.plural else key] = row.forms[0]
    stored = {key: text for key, text in compiled._catalog.items() if key != ""}

    assert stored == written


def vietnamese_in_python(path):
    """Lines whose strings hold Vietnamese: no comments, no docstrings, no messages' examples."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    spared = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in MESSAGE_CALLS:
            spared.update(range(node.lineno, node.end_lineno + 1))
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            spared.update(range(body[0].lineno, body[0].end_lineno + 1))
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.start[0] in spared or token.type == tokenize.COMMENT:
                continue
            if VIETNAMESE.search(token.string):
                yield token.start[0], token.string


def test_vietnamese_stands_in_the_catalogue_and_not_in_python():
    found = [
        (name_of(path), *line)
        for path in python_files()
        if not any(name_of(path).startswith(name) for name in VOCABULARY)
        for line in vietnamese_in_python(path)
    ]

    assert found == []


def test_vietnamese_stands_in_the_catalogue_and_not_in_templates():
    found = []
    for path in template_files():
        source = re.sub(
            r"{% comment %}.*?{% endcomment %}", "", path.read_text("utf-8"), flags=re.S
        )
        source = re.sub(r"{% translate .*?%}|{#.*?#}", "", source)
        source = source.replace('lang="vi" hreflang="vi">Tiếng Việt<', "")
        found += [(name_of(path), line) for line in source.splitlines() if VIETNAMESE.search(line)]

    assert found == []


def test_vietnamese_stands_in_the_catalogue_and_not_in_scripts():
    found = []
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        if path.name == "plotly-vi.js":  # the words of plotly.js itself in Vietnamese
            continue
        source = re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", path.read_text("utf-8"), flags=re.S)
        source = source.replace("/đ/gi", "")  # the one letter that folding replaces
        found += [(name_of(path), line) for line in source.splitlines() if VIETNAMESE.search(line)]

    assert found == []
