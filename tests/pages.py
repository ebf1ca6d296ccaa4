"""What a test reads of a page: its tables cell by cell, its text, attributes of its tags."""

from html.parser import HTMLParser

EMPTY_TAGS = {"br", "col", "hr", "img", "input", "link", "meta", "rect", "wbr"}


class Page(HTMLParser):
    """A parsed page: ``tables`` by part, ``tags`` as (name, attributes), ``text`` of the body.

    Text that is meant for screen readers alone is left out of cells and kept in ``text``.
    """

    def __init__(self, response):
        super().__init__()
        self.tables, self.tags, self.words = [], [], []
        self.path, self.cell = [], None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag == "table":
            self.tables.append(
                {
                    "class": attributes.get("class", ""),
                    **{part: [] for part in ("caption", "thead", "tbody", "tfoot")},
                }
            )
        elif tag == "tr" and self.part is not None:
            self.part.append([])
        elif tag in ("td", "th") and self.part is not None:
            self.cell = []
            self.part[-1].append(self.cell)
        if tag not in EMPTY_TAGS:
            self.path.append((tag, attributes.get("class", "")))

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None
        while self.path and tag in [name for name, __ in self.path]:
            if self.path.pop()[0] == tag:
                break

    def handle_data(self, data):
        if any(tag in ("script", "style") for tag, __ in self.path):
            return
        self.words.append(data)
        if self.cell is not None and "sr" not in [name for __, name in self.path]:
            self.cell.append(data)
        elif self.tables and "caption" in [tag for tag, __ in self.path]:
            self.tables[-1]["caption"].append(data)

    @property
    def part(self):
        parts = [tag for tag, __ in self.path if tag in ("thead", "tbody", "tfoot")]
        return self.tables[-1][parts[-1]] if parts else None

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def table(self, class_name="league"):
        """Return the parts of the one table of that class, each a list of rows of cells."""
        (table,) = [table for table in self.tables if table["class"] == class_name]
        return {
            "caption": _joined(table["caption"]),
            **{
                part: [[_joined(cell) for cell in row] for row in table[part]]
                for part in ("thead", "tbody", "tfoot")
            },
        }

    def rows(self, class_name="league"):
        return self.table(class_name)["tbody"]

    def attributes(self, tag, name):
        """Return the values of an attribute on every tag of that name that has it."""
        return [
            attributes[name]
            for found, attributes in self.tags
            if found == tag and name in attributes
        ]


def _joined(words):
    return " ".join("".join(words).split())
