"""Excel workbooks: calamine gives the values, and the package itself says what calamine leaves out.

calamine reads an error, or a formula nobody has calculated yet, as an empty cell and knows no
number formats. Taken at its word, "#REF!" would be a missing score and 96.85 % would be 0.9685.
It also sets aside room for every cell up to the last one: a stray value in XFD1048576 would take
all the memory of the machine. So the package is looked through first, cell by cell.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

from scorecards.importing.problems import Unreadable
from scorecards.importing.sheet import Sheet

MAX_UNPACKED_BYTES = 100_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 1_000
MAX_CELLS = 1_000_000  # within the rectangle from A1 to the last cell that holds something

# What zipfile lets through from damaged or foreign packages, found by damaging thousands.
_BROKEN_PACKAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
_BUILT_IN_PERCENT = {"9", "10"}  # 0 % and 0.00 %: their codes are not written into the file
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def read_xlsx(content: bytes) -> list[Sheet]:
    """Return the worksheets of a workbook in their order; raise `Unreadable` with one sentence."""
    with _opened(content) as package:
        percent_styles = _percent_styles(package)
        beyond = {
            name: _look_through(package, path, percent_styles) for name, path in _paths(package)
        }
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return list(_sheets(workbook, beyond))
    except (CalamineError, WorksheetNotFound) as error:
        raise Unreadable(_damaged()) from error


def _damaged():
    return _("The file is damaged: open it in Excel, save it as .xlsx and send that file.")


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        if sum(entry.file_size for entry in package.infolist()) > MAX_UNPACKED_BYTES:
            raise Unreadable(_("Unpacked, the workbook is too large to be a table of scores."))
        # Unpacks every part up to the size it declares and checks its sum: a part that is larger
        # than it says does not get as far as calamine.
        if package.testzip() is not None:
            raise Unreadable(_damaged())
    except _BROKEN_PACKAGE as error:
        raise Unreadable(_damaged()) from error
    if "xl/workbook.xml" not in package.namelist():
        raise Unreadable(
            _("The file is not an Excel workbook (.xlsx): save it as .xlsx or as .csv.")
        )
    return package


def _parse(package: zipfile.ZipFile, path: str, start, end=None, characters=None) -> None:
    """Read one part of the package, calling back for each element; no document type is read."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with package.open(path) as part:
            parser.ParseFile(part)
    except (*_BROKEN_PACKAGE, LookupError, expat.ExpatError) as error:
        raise Unreadable(_damaged()) from error


def _refuse_doctype(*_declaration):
    raise Unreadable(_damaged())


def _elements(package: zipfile.ZipFile, path: str) -> list[tuple[str, dict[str, str]]]:
    """Return (name, attributes) of every element of a small part, without name spaces."""
    elements = []
    _parse(
        package,
        path,
        lambda tag, attributes: elements.append(
            (_local(tag), {_local(name): value for name, value in attributes.items()})
        ),
    )
    return elements


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _paths(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield (sheet name, path of its part), in the order of the workbook."""
    targets = {
        attributes["Id"]: attributes
        for name, attributes in _elements(package, "xl/_rels/workbook.xml.rels")
        if name == "Relationship" and {"Id", "Target"} <= attributes.keys()
    }
    for name, attributes in _elements(package, "xl/workbook.xml"):
        relation = targets.get(attributes.get("id", "")) if name == "sheet" else None
        if relation and relation.get("Type", "").endswith("/worksheet"):
            target = relation["Target"]
            yield (
                attributes.get("name", ""),
                target[1:] if target.startswith("/") else f"xl/{target}",
            )


def _percent_styles(package: zipfile.ZipFile) -> frozenset[str]:
    """Return the style numbers, as cells name them, whose number format has a percent sign."""
    percent_formats = set(_BUILT_IN_PERCENT)
    styles, inside, count = set(), False, 0
    if "xl/styles.xml" not in package.namelist():
        return frozenset()
    for name, attributes in _elements(package, "xl/styles.xml"):
        if name == "numFmt" and "%" in _without_literals(attributes.get("formatCode", "")):
            percent_formats.add(attributes.get("numFmtId", ""))
        elif name in ("cellXfs", "cellStyles", "cellStyleXfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            if attributes.get("numFmtId") in percent_formats:
                styles.add(str(count))
            count += 1
    return frozenset(styles)


def _without_literals(code: str) -> str:
    return re.sub(r'"[^"]*"|\\.', "", code)


@dataclass
class _Beyond:
    """What a look through a sheet's part found beside the values."""

    rows: int = 0
    columns: int = 0
    percents: set[tuple[int, int]] = field(default_factory=set)
    broken: dict[tuple[int, int], str] = field(default_factory=dict)


def _look_through(package: zipfile.ZipFile, path: str, percent_styles: frozenset[str]) -> _Beyond:
    scan = _Scan(percent_styles)
    _parse(package, path, scan.start, scan.end, scan.characters)
    found = scan.found
    if (
        found.rows > MAX_ROWS
        or found.columns > MAX_COLUMNS
        or found.rows * found.columns > MAX_CELLS
    ):
        raise Unreadable(
            _("A sheet goes as far as row %(row)d and column %(column)d: that is no score table.")
            % {"row": found.rows, "column": found.columns}
        )
    return found


class _Scan:
    """Listens to the parser: where cells stand, which are percentages, which cannot be read."""

    def __init__(self, percent_styles: frozenset[str]):
        self.found = _Beyond()
        self._percent_styles = percent_styles
        self._row = self._column = -1
        self._cell: dict[str, str] | None = None
        self._has_formula = self._has_value = self._in_value = False
        self._text = ""

    def start(self, tag, attributes):
        name = _local(tag)
        if name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif name == "c":
            self._cell = attributes
            self._column += 1
            if match := _CELL.fullmatch(attributes.get("r", "")):
                self._column, self._row = _column_of(match[1]), int(match[2]) - 1
            self._has_formula = self._has_value = False
            self._text = ""
        elif name in ("v", "t") and self._cell is not None:
            self._in_value = True
        elif name == "f" and self._cell is not None:
            self._has_formula = True

    def characters(self, text):
        if self._in_value:
            self._has_value = True
            if len(self._text) < 20:  # enough for any error's name
                self._text += text

    def end(self, tag):
        name = _local(tag)
        if name in ("v", "t"):
            self._in_value = False
        elif name == "c" and self._cell is not None:
            self._note(self._cell)
            self._cell = None

    def _note(self, attributes):
        place = (self._row, self._column)
        kind = attributes.get("t", "n")
        if not self._has_value:
            # A text formula may well give nothing: ="". A number formula without a number was
            # written by a program and never calculated.
            if not self._has_formula or kind == "str":
                return
            self.found.broken[place] = _("a formula without a result")
        elif kind == "e":
            self.found.broken[place] = self._text
        elif attributes.get("s") in self._percent_styles and kind == "n":
            self.found.percents.add(place)
        self.found.rows = max(self.found.rows, self._row + 1)
        self.found.columns = max(self.found.columns, self._column + 1)


def _column_of(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _sheets(workbook: CalamineWorkbook, beyond: dict[str, _Beyond]) -> Iterator[Sheet]:
    for metadata in workbook.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet or metadata.name not in beyond:
            continue
        values = workbook.get_sheet_by_name(metadata.name)
        found = beyond[metadata.name]
        yield Sheet(
            name=metadata.name,
            rows=_grid(values.to_python(skip_empty_area=False), found),
            hidden=metadata.visible != SheetVisibleEnum.Visible,
            percents=frozenset(found.percents),
            broken=found.broken,
            merged=tuple(values.merged_cell_ranges or ()),
        )


def _grid(rows: list[list[object]], found: _Beyond) -> list[list[object]]:
    """Make room for broken cells beyond the last value: calamine's rows end before them."""
    width = max([found.columns, *map(len, rows)])
    for row in rows:
        row.extend([""] * (width - len(row)))
    rows.extend([""] * width for _row in range(found.rows - len(rows)))
    return rows
