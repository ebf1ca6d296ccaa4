import pytest
from django.utils import translation

from scorecards.importing.matching import Directory, KnownUnit


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


HOA_THANH = KnownUnit(1, "709", "Thị xã Hòa Thành")
CONG_THUONG = KnownUnit(2, "SCT", "Sở Công Thương", "Sở CT", ("Sở Công nghiệp",))
VAN_PHONG = KnownUnit(3, "VPUB", "Văn phòng UBND tỉnh", "", ("Văn phòng Ủy ban nhân dân tỉnh",))
TAN_HOA = KnownUnit(4, "00004", "Xã Tân Hòa")
TAN_HOA_PLAIN = KnownUnit(5, "00005", "Xã Tân Hoa")
XAY_DUNG = KnownUnit(6, "SXD", "Sở Xây dựng")
XAY_DUNG_2025 = KnownUnit(7, "SXD25", "Sở Xây dựng")
GO_DAU = KnownUnit(8, "710", "Huyện Gò Dầu")

UNITS = Directory(
    [HOA_THANH, CONG_THUONG, VAN_PHONG, TAN_HOA, TAN_HOA_PLAIN, XAY_DUNG],
    [XAY_DUNG_2025],
    elsewhere=[(GO_DAU, "it does not belong to the group “Sở”.")],
)


@pytest.mark.parametrize(
    ("row", "unit"),
    [
        ({"name": "Thị xã Hòa Thành"}, HOA_THANH),
        ({"name": "Thị xã Hoà Thành"}, HOA_THANH),
        ({"name": "THỊ XÃ  HÒA THÀNH"}, HOA_THANH),
        ({"name": "UBND thị xã Hòa Thành"}, HOA_THANH),
        ({"name": "Ủy ban nhân dân thị xã Hoà Thành"}, HOA_THANH),
        ({"name": "Sở Công thương"}, CONG_THUONG),
        ({"name": "so cong thuong"}, CONG_THUONG),
        ({"name": "Sở CT"}, CONG_THUONG),
        ({"name": "Sở công nghiệp"}, CONG_THUONG),
        ({"name": "Văn phòng UBND tỉnh"}, VAN_PHONG),
        ({"name": "Xã Tân Hòa"}, TAN_HOA),
        ({"name": "Xã Tân Hoa"}, TAN_HOA_PLAIN),
        ({"code": "709"}, HOA_THANH),
        ({"code": "sct", "name": "Sở Công Thương"}, CONG_THUONG),
        ({"code": "4"}, TAN_HOA),
        ({"code": "SCT", "name": "Sở Công Thương và Đầu tư"}, CONG_THUONG),
        ({"code": "000.00.01.H53", "name": "Sở Công Thương"}, CONG_THUONG),
        ({"name": "Sở Xây dựng"}, XAY_DUNG),
        ({"code": "SXD25", "name": "Sở Xây dựng"}, XAY_DUNG_2025),
    ],
    ids=lambda value: None if isinstance(value, KnownUnit) else "|".join(value.values()),
)
def test_unit_is_found_as_sources_write_it(row, unit):
    assert UNITS.find(**row) == unit


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            {"name": "Sở Công Thong"},
            "no unit of this group has this name; the nearest: “Sở Công Thương”.",
        ),
        (
            {"name": "Xã Tân Hoá"},
            "several units have this name, with the codes 00004, 00005: give the code.",
        ),
        ({"name": "Kho bạc Nhà nước"}, "no unit of this group has this name or code."),
        ({"code": "XYZ"}, "no unit of this group has this name or code."),
        ({"name": "UBND huyện Gò Dầu"}, "it does not belong to the group “Sở”."),
        ({"code": "710"}, "it does not belong to the group “Sở”."),
        (
            {"code": "SCT", "name": "Sở Xây dựng"},
            "code SCT is “Sở Công Thương”: correct the code or the name.",
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else "|".join(value.values()),
)
def test_unit_that_is_not_found_gets_a_sentence(row, sentence):
    assert UNITS.find(**row) == sentence


def test_preferred_pool_decides_only_between_equal_spellings():
    earlier, later = KnownUnit(1, "A", "Sở Du Lịch"), KnownUnit(2, "B", "Sở Du lịch")
    assert Directory([earlier], [later]).find(name="Sở Du lịch") == later
    assert Directory([earlier], [later]).find(name="SỞ DU LỊCH") == earlier
