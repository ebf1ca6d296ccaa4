"""The tables of scoring and publication, one module per stage of a number's way."""

from scorecards.models.assessment import Applicability, Score, Scorecard
from scorecards.models.framework import (
    AnnouncedCount,
    ClassBand,
    Criterion,
    Framework,
    FrameworkReopening,
)
from scorecards.models.import_run import ImportRun
from scorecards.models.publication import (
    Decision,
    Edition,
    PublishedBand,
    PublishedCount,
    PublishedPoints,
    PublishedResult,
)
from scorecards.models.rehearsal import Acknowledgement, KeptRehearsal

__all__ = [
    "Acknowledgement",
    "AnnouncedCount",
    "Applicability",
    "ClassBand",
    "Criterion",
    "Decision",
    "Edition",
    "Framework",
    "FrameworkReopening",
    "ImportRun",
    "KeptRehearsal",
    "PublishedBand",
    "PublishedCount",
    "PublishedPoints",
    "PublishedResult",
    "Score",
    "Scorecard",
]
