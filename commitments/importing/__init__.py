"""Workbooks of monthly dossiers and of commitments: read, checked, previewed, all or nothing."""

from commitments.importing.dossiers import DOSSIER_HEADINGS, apply_dossiers, preview_dossiers
from commitments.importing.promises import apply_commitments, preview_commitments

__all__ = [
    "DOSSIER_HEADINGS",
    "apply_commitments",
    "apply_dossiers",
    "preview_commitments",
    "preview_dossiers",
]
