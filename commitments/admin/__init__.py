"""Commitments and targets in the administration."""
