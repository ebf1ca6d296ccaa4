"""From a workbook as provinces publish it to scores: read, checked, previewed, all or nothing."""

from scorecards.importing.problems import Unreadable
from scorecards.importing.scores import NotImportable, Outdated, Preview, apply, preview

__all__ = ["NotImportable", "Outdated", "Preview", "Unreadable", "apply", "preview"]
