from pathlib import Path

import plotly
import pytest
from django.contrib.staticfiles import finders

from reform_portal.static_files import StaticFilesStorage


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("plotly/plotly.min.js", str(Path(plotly.__file__).parent / "package_data/plotly.min.js")),
        ("plotly/other.js", None),
    ],
)
def test_plotly_is_served_from_its_package(path, expected):
    assert finders.find(path) == expected


def test_file_is_compressed_once(tmp_path):
    (tmp_path / "portal.css").write_text("body { margin: 0 }\n" * 100)
    storage = StaticFilesStorage(location=tmp_path)

    compressed = [sorted(storage.compress_files({"portal.css"})) for _ in range(2)]

    assert compressed == [
        [("portal.css", "portal.css.br"), ("portal.css", "portal.css.gz")],
        [],
    ]
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "portal.css",
        "portal.css.br",
        "portal.css.gz",
    ]
