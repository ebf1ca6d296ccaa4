"""The rows of a table in another coat: CSV, XLSX, JSON.

Every column of the table goes into a file, the hidden ones too; numbers stay exact.
"""

from collections.abc import Callable
from dataclasses import dataclass

from scorecards.exports import csv, json, xlsx


@dataclass(frozen=True)
class Format:
    """A file format: the function that writes the bytes, and how they are announced."""

    write: Callable[..., bytes]
    content_type: str


FORMATS = {
    "csv": Format(csv.write, "text/csv; charset=utf-8"),
    "xlsx": Format(xlsx.write, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": Format(json.write, "application/json; charset=utf-8"),
}
