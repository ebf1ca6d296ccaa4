"""Static files: plotly.js from the installed package, and no file compressed twice."""

import importlib.util
from pathlib import Path

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import Error
from django.core.files.storage import FileSystemStorage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

PLOTLY = "plotly/plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Finds the one file of plotly that a browser needs, so that no copy of it is kept here."""

    def __init__(self):
        # find_spec does not import plotly, which takes half a second.
        package = Path(importlib.util.find_spec("plotly").origin).parent
        self.storage = FileSystemStorage(location=package / "package_data")
        self.storage.prefix = "plotly"

    def check(self, **kwargs):
        if self.storage.exists("plotly.min.js"):
            return []
        return [Error(f"plotly brings no plotly.min.js in {self.storage.location}.")]

    def find(self, path, find_all=False, **kwargs):
        found = [self.storage.path("plotly.min.js")] if path == PLOTLY else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns):
        yield "plotly.min.js", self.storage


class WholeFilesCompressor(Compressor):
    """Writes a compressed file under another name first, so that one that exists is complete."""

    def write_data(self, path, data, suffix, stat_result):
        draft = super().write_data(path, data, f"{suffix}.draft", stat_result)
        return str(Path(draft).replace(f"{path}{suffix}"))


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names files by their content; a name that is compressed already is left alone.

    plotly.js alone takes ten seconds of Brotli, at every collectstatic otherwise.
    """

    def create_compressor(self, **options):
        return WholeFilesCompressor(**options)

    def compress_files(self, paths):
        # .gz is written last.
        return super().compress_files(
            path for path in paths if not Path(self.path(f"{path}.gz")).exists()
        )
