import random
import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from units.vietnamese import LETTERS, TONES, fold, match_key

PROVINCES = [
    "An Giang",
    "Bắc Ninh",
    "Cà Mau",
    "Cao Bằng",
    "Cần Thơ",
    "Đà Nẵng",
    "Đắk Lắk",
    "Điện Biên",
    "Đồng Nai",
    "Đồng Tháp",
    "Gia Lai",
    "Hà Nội",
    "Hà Tĩnh",
    "Hải Phòng",
    "Hồ Chí Minh",
    "Huế",
    "Hưng Yên",
    "Khánh Hòa",
    "Lai Châu",
    "Lạng Sơn",
    "Lào Cai",
    "Lâm Đồng",
    "Nghệ An",
    "Ninh Bình",
    "Phú Thọ",
    "Quảng Ngãi",
    "Quảng Ninh",
    "Quảng Trị",
    "Sơn La",
    "Tây Ninh",
    "Thái Nguyên",
    "Thanh Hóa",
    "Tuyên Quang",
    "Vĩnh Long",
]

# Each list is in dictionary order: letters first, then tones, then small before capital.
ORDERED = {
    "the 34 provinces": PROVINCES,
    "tones": ["ma", "mà", "mả", "mã", "má", "mạ"],
    "letters before tones": ["ba", "bạ", "bă", "bặ", "bâ", "bậ", "bẹ", "bê"],
    "a tone decides only between equal letters": ["hoa", "hòa", "hoan", "hoàn", "hỏi", "hôi"],
    "the first different tone decides": ["bà ba", "bà bá", "bá ba"],
    "small before capital": ["an", "An", "AN", "ân"],
    "đ after every d": ["Dạ", "Duy Xuyên", "Dư", "Đa", "Đại Lộc", "Đức Cơ", "Ea Kar"],
    "letters that Vietnamese borrows": ["e", "ê", "f", "g", "i", "j", "k", "v", "w", "x", "y", "z"],
    "the shorter name first": ["Sở", "Sở Y tế", "Sởi"],
    "a space before any letter": ["An Ninh", "An Xuyên", "Ana", "Anh"],
    "digits before letters": ["Phường 1", "Phường 10", "Phường 2", "Phường An Lạc"],
    "an apostrophe counts for nothing": ["Ea Hiao", "Ea H'leo", "Ea Hu"],
    "agencies": [
        "Ban Dân tộc",
        "Ban Quản lý Khu kinh tế",
        "Sở Công Thương",
        "Sở Giáo dục và Đào tạo",
        "Sở Giao thông vận tải",
        "Sở Nội vụ",
        "Sở Tài chính",
        "Sở Tài nguyên và Môi trường",
        "Sở Thông tin và Truyền thông",
        "Sở Tư pháp",
        "Sở Xây dựng",
        "Sở Y tế",
        "Thanh tra tỉnh",
        "Văn phòng UBND tỉnh",
    ],
    "districts": [
        "Huyện Bù Đăng",
        "Huyện Bù Đốp",
        "Huyện Bù Gia Mập",
        "Huyện Chơn Thành",
        "Huyện Đồng Phú",
        "Huyện Hớn Quản",
        "Huyện Lộc Ninh",
        "Huyện Phú Riềng",
        "Thành phố Đồng Xoài",
        "Thị xã Bình Long",
        "Thị xã Phước Long",
    ],
}

QUERYING = settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

VIETNAMESE = st.lists(
    st.sampled_from(
        [
            form
            for letter in LETTERS
            for mark in TONES
            for form in (letter + mark, letter.upper() + mark)
        ]
        + list(" \t\u00a0-\u2013\u2014.,()/&'\u2019\u200b0123456789%_\\\n")
    ),
    max_size=20,
).map("".join)


def sort_keys(names):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vietnamese_sort_key(name) FROM unnest(%s::text[]) WITH ORDINALITY AS names"
            " (name, place) ORDER BY place",
            [list(names)],
        )
        return [key for (key,) in cursor.fetchall()]


def in_order_of_the_database(names):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS names (name)"
            ' ORDER BY vietnamese_sort_key(name) COLLATE "C"',
            [list(names)],
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Sở Công Thương", "so cong thuong"),
        ("SỞ CÔNG THƯƠNG", "so cong thuong"),
        (unicodedata.normalize("NFD", "Sở Công Thương"), "so cong thuong"),
        ("Hoà Thành", "hoa thanh"),
        ("Hòa Thành", "hoa thanh"),
        ("Đồng Xoài", "dong xoai"),
        ("\u00d0ồng Xoài", "dong xoai"),
        ("Đắk Ơ \u2013 đăk ơ", "dak o dak o"),
        ("  Thị xã\u00a0Hòa\n\tThành ", "thi xa hoa thanh"),
        ("Hòa\u200b Thà\u00adnh", "hoa thanh"),
        ("Ea H'leo, Ea H\u2019leo", "ea hleo ea hleo"),
        ("Tỷ lệ đạt (%)", "ty le dat"),
        ("NN&PTNT", "nn ptnt"),
        ("Phường 12", "phuong 12"),
        ("100% _ \\", "100"),
    ],
    ids=[
        "nothing",
        "accents",
        "capitals",
        "decomposed accents",
        "tone on the second vowel",
        "tone on the first vowel",
        "đ",
        "the Icelandic letter that looks like Đ",
        "ă, ơ and a dash",
        "white space of every kind",
        "characters without width",
        "apostrophes of both makes",
        "a heading with a sign",
        "an abbreviation with an ampersand",
        "a number",
        "signs with a meaning in SQL patterns",
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected


@given(VIETNAMESE)
def test_fold_leaves_plain_words(text):
    folded = fold(text)
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert folded == " ".join(folded.split())
    assert fold(folded) == folded


@given(VIETNAMESE)
def test_fold_does_not_depend_on_case_or_composition(text):
    assert fold(text.upper()) == fold(text.lower()) == fold(text)
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Thị xã Hòa Thành", "thi xa hoa thanh"),
        ("UBND thị xã Hòa Thành", "thi xa hoa thanh"),
        ("Ủy ban nhân dân thị xã Hòa Thành", "thi xa hoa thanh"),
        ("Uỷ ban nhân dân TX. Hoà Thành", "thi xa hoa thanh"),
        ("UBND TP.Tây Ninh", "thanh pho tay ninh"),
        ("Văn phòng UBND tỉnh", "van phong ubnd tinh"),
        ("Văn phòng Ủy ban nhân dân tỉnh", "van phong ubnd tinh"),
        ("UBND tỉnh", "ubnd tinh"),
        ("UBND", "ubnd"),
        ("UBND TP", "ubnd tp"),
        ("Huyện Gò Dầu", "huyen go dau"),
        ("Sở Nội vụ", "so noi vu"),
    ],
    ids=[
        "the unit itself",
        "its committee",
        "in full",
        "other spelling and a short level",
        "a short level without a space",
        "inside a name",
        "inside a name in full",
        "the province's own committee",
        "the committee alone",
        "the committee and a short level",
        "another level",
        "an agency",
    ],
)
def test_match_key(name, expected):
    assert match_key(name) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("names", ORDERED.values(), ids=ORDERED)
def test_sort_key_orders_as_a_dictionary(names):
    shuffled = random.Random(1).sample(names, len(names))

    assert in_order_of_the_database(shuffled) == names


@pytest.mark.django_db
def test_sort_key_is_the_same_however_a_name_is_typed():
    names = [
        "Thị xã Hòa Thành",
        unicodedata.normalize("NFD", "Thị xã Hòa Thành"),
        " Thị  xã\u00a0Hòa-Thành ",
    ]

    assert len(set(sort_keys(names))) == 1
    assert len(set(sort_keys(["Đồng Nai", "\u00d0ồng Nai"]))) == 1


@pytest.mark.django_db
def test_keys_of_an_unknown_name_are_unknown():
    with connection.cursor() as cursor:
        cursor.execute("SELECT vietnamese_sort_key(NULL), vietnamese_search_key(NULL)")
        assert cursor.fetchone() == (None, None)


@pytest.mark.django_db
@QUERYING
@given(st.lists(VIETNAMESE | st.text(st.characters(exclude_categories=["Cn", "Cs"]))))
def test_search_key_of_the_database_is_fold(texts):
    texts = [text.replace("\0", "") for text in texts]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vietnamese_search_key(name) FROM unnest(%s::text[]) WITH ORDINALITY AS names"
            " (name, place) ORDER BY place",
            [texts],
        )
        assert [key for (key,) in cursor.fetchall()] == [fold(text) for text in texts]


def dictionary_key(text):
    letters, tones, cases = [], [], []
    for char in text:
        whole = unicodedata.normalize("NFD", char)
        tone = next((mark for mark in whole if mark in TONES), "")
        letter = unicodedata.normalize("NFC", "".join(mark for mark in whole if mark != tone))
        letters.append(LETTERS.find(letter.lower()))  # a space is -1
        if letter != " ":
            tones.append(TONES.index(tone))
            cases.append(letter.isupper())
    return letters, tones, cases


WORD = st.text(
    alphabet=[
        unicodedata.normalize("NFC", form)
        for letter in LETTERS
        for mark in (TONES if letter in "aăâeêioôơuưy" else ("",))
        for form in (letter + mark, letter.upper() + mark)
    ],
    min_size=1,
    max_size=3,
)


@pytest.mark.django_db
@QUERYING
@given(st.lists(st.lists(WORD, min_size=1, max_size=3).map(" ".join), unique=True))
def test_sort_key_agrees_with_a_dictionary_on_any_names(names):
    assert in_order_of_the_database(names) == sorted(names, key=dictionary_key)


@pytest.mark.django_db
@QUERYING
@given(st.lists(VIETNAMESE))
def test_sort_key_is_ascii(texts):
    assert [key for key in sort_keys(texts) if not key.isascii()] == []
