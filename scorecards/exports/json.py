"""A table as JSON: the metadata with ``results``, a list of rows by column name."""

import datetime
import json
from decimal import Decimal

from scorecards.exports.rows import records


def write(table, *, metadata=None) -> bytes:
    """Return one object; decimals and dates are strings, the unknown is null."""
    document = {**(metadata or {}), "results": records(table)}
    return json.dumps(document, ensure_ascii=False, indent=1, default=_as_text).encode()


def _as_text(value):
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)
