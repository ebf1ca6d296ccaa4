"""What a file holds of a table: headings, names and plain values."""

from django.utils.functional import Promise


def headings(table) -> list[str]:
    """Return the columns' headings in the language at hand."""
    return [str(column.header) for column in _columns(table)]


def records(table) -> list[dict]:
    """Return the rows as dicts by column name; numbers as they are, the unknown as None."""
    columns = _columns(table)
    return [
        {column.name: _plain(row.get_cell_value(column.name)) for column in columns}
        for row in table.rows
    ]


def harmless(value):
    """Return text that no spreadsheet takes for a formula; anything else as it is."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return f"'{value}"
    return value


def _columns(table):
    return [column for column in table.columns.iterall() if not column.column.exclude_from_export]


def _plain(value):
    return str(value) if isinstance(value, Promise) else value
