"""Vietnamese names: how they are compared, searched and put in order, in Python and in SQL.

One table of letters serves both. A change here changes columns stored in the database: it needs
a migration that creates the SQL functions again and rewrites the columns made from them.
"""

import re
import unicodedata

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Ngang, huyền, hỏi, ngã, sắc, nặng: the order of the dictionaries.
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
# The Icelandic and African D look like Đ and old fonts typed them in its place ("Ðồng Nai").
LOOKALIKES = {"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ"}

# Written once for both engines: Python's re and PostgreSQL read \uXXXX in a class alike.
# Left out: apostrophes of every make (Ea H'leo and Ea Hleo are one district), marks that stand
# alone, soft hyphens and the zero-width characters that copying from a web page brings along.
IGNORED = (
    r"[\u0027\u0060\u00b4\u02b9-\u02bd\u2018\u2019\u2032"
    r"\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]"
)
# Between words: every other ASCII and Latin-1 sign, general punctuation, the wide space.
BREAKS = r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000]+"

# After decomposition only these letters still differ from the plain ones: A-Z, Đ and đ.
_PLAIN = {
    form: letter.replace("đ", "d")
    for letter in LETTERS
    for form in (letter.upper(), letter)
    if unicodedata.normalize("NFD", letter) == letter and form != letter.replace("đ", "d")
} | dict.fromkeys(LOOKALIKES, "d")
_PLAIN_TABLE = str.maketrans(_PLAIN)


def fold(text: str) -> str:
    """Return ``text`` as people type it into a search box: "Sở Công Thương" → "so cong thuong".

    Lower case without accents (đ → d), words parted by one space, punctuation gone, so that
    "Hoà Thành", "Hòa Thành" and "HÒA-THÀNH" are one. The SQL function ``vietnamese_search_key``
    returns the same for the same text.
    """
    bare = re.sub(IGNORED, "", unicodedata.normalize("NFD", text))
    return re.sub(BREAKS, " ", bare.translate(_PLAIN_TABLE)).strip(" ")


# What remains of "UBND tỉnh" would name no unit: such names keep their first word.
_LEVELS = frozenset(
    ("tinh", "thanh pho", "quan", "huyen", "thi xa", "thi tran", "phuong", "xa", "dac khu")
)
# H., P., Q., X. and TT. are not opened: the same letters begin other words (phòng, trung tâm).
_SHORT_LEVELS = {"tp": "thanh pho", "tx": "thi xa"}


def match_key(name: str) -> str:
    """Return the folded name under which a unit is found, whoever wrote the table.

    "UBND thị xã Hòa Thành", "Uỷ ban nhân dân TX. Hoà Thành" and "Thị xã Hòa Thành" are one.
    Only at the start does the People's Committee drop out: "Văn phòng UBND tỉnh" keeps it, and so
    does a name that is nothing but the committee and its level ("UBND tỉnh").
    """
    key = re.sub(r"\buy ban nhan dan\b", "ubnd", fold(name))
    place = key.removeprefix("ubnd ")
    first, space, rest = place.partition(" ")
    place = _SHORT_LEVELS.get(first, first) + space + rest
    return key if place in _LEVELS else place


def _sort_forms() -> list[tuple[str, str, str, str]]:
    """Return (character, primary code, tone code, case code) of every letter, tone and case.

    Thirty-three letters take the ASCII letters A-Z, a-g: their byte order is the alphabet's.
    """
    codes = [chr(ord("A") + i) for i in range(26)] + [chr(ord("a") + i) for i in range(7)]
    forms = []
    for letter, code in zip(LETTERS, codes, strict=True):
        for tone, mark in enumerate(TONES):
            form = unicodedata.normalize("NFC", letter + mark)
            if len(form) == 1:
                forms.append((form, code, str(tone), "0"))
                forms.append((form.upper(), code, str(tone), "1"))
    known = {form[0]: form for form in forms}
    return forms + [(char, *known[letter][1:]) for char, letter in LOOKALIKES.items()]


_FORMS = _sort_forms()
_CHARACTERS, _PRIMARY, _TONE, _CASE = ("".join(column) for column in zip(*_FORMS, strict=True))
_DIGITS = "0123456789"

SEARCH_KEY_FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION vietnamese_search_key(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(translate(
        regexp_replace(normalize($1, NFD), '{IGNORED}', '', 'g'),
        '{"".join(_PLAIN)}', '{"".join(_PLAIN.values())}'
    ), '{BREAKS}', ' ', 'g'), ' ')
$$;
"""

# Three levels, as in a dictionary: letters, then tones, then case; the space between them is
# lower than every code, so that a shorter name comes first. translate() and not lower(): what
# lower() makes of Đ depends on the server's locale. Letters outside the alphabet come after z.
SORT_KEY_FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION vietnamese_sort_key(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT replace(translate(words, '{_CHARACTERS}', '{_PRIMARY}'), ' ', '!')
        || ' ' || replace(translate(words, '{_CHARACTERS}{_DIGITS}', '{_TONE}{"0" * 10}'), ' ', '')
        || ' ' || replace(translate(words, '{_CHARACTERS}{_DIGITS}', '{_CASE}{"0" * 10}'), ' ', '')
    FROM (SELECT btrim(regexp_replace(
        regexp_replace(normalize($1, NFC), '{IGNORED}', '', 'g'), '{BREAKS}', ' ', 'g'
    ), ' ') AS words) AS cleaned
$$;
"""
