"""Commitments and targets in the administration, one module per thing that officials do."""

from commitments.admin import dossiers, promises, targets

__all__ = ["dossiers", "promises", "targets"]
