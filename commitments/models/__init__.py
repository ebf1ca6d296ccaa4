"""The tables of commitments: what is aimed at, what is promised, what is measured and found."""

from commitments.models.document import Document
from commitments.models.dossiers import COUNTS, DossierMonth
from commitments.models.promises import Check, Commitment
from commitments.models.targets import Indicator, Measurement, Target

__all__ = [
    "COUNTS",
    "Check",
    "Commitment",
    "Document",
    "DossierMonth",
    "Indicator",
    "Measurement",
    "Target",
]
