"""From the bytes of an uploaded file to its sheets, or to one sentence that says why not."""

from pathlib import PurePath

from django.utils.translation import gettext as _

from scorecards.importing.delimited import read_delimited
from scorecards.importing.problems import Unreadable
from scorecards.importing.sheet import Sheet
from scorecards.importing.xlsx import read_xlsx

MAX_BYTES = 10_000_000

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Excel before 2007, and everything with a password


def read_workbook(content: bytes, filename: str) -> list[Sheet]:
    """Return the sheets of an .xlsx or .csv file, hidden ones included.

    What the file is, its content says and not its name: what some systems export as .xls is a web
    page. Raises `Unreadable` with one sentence for people.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(
            _("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 1_000_000}
        )
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    if content.startswith(_ZIP):
        return read_xlsx(content)
    if content.startswith(_OLE):
        raise Unreadable(_ole_sentence(content))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise Unreadable(
            _("The file is a web page under another name: open it in Excel and save it as .xlsx.")
        )
    if content.startswith(b"%PDF") or b"\0" in content[:1] or _is_spreadsheet_name(filename):
        raise Unreadable(
            _("The file is not an Excel workbook (.xlsx): save it as .xlsx or as .csv.")
        )
    return [read_delimited(content, PurePath(filename).stem)]


def _ole_sentence(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _("The workbook is protected by a password: save it without one.")
    return _("The file is an Excel 97-2003 workbook (.xls): open it in Excel and save it as .xlsx.")


def _is_spreadsheet_name(filename: str) -> bool:
    return PurePath(filename).suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
