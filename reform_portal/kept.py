"""Secrets of this machine alone: made once, kept in var/, read by their owner only."""

import os
import secrets
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent / "var"


def kept_secret(name: str, *, length: int) -> str:
    """Return the secret kept under ``name``, made at the first call: ``length`` letters and digits.

    Two processes that ask at once get the same one. Raises ``SystemExit`` with a sentence where
    the file belongs to another user.
    """
    file = VAR / name
    try:
        if not file.exists():
            VAR.mkdir(exist_ok=True)
            draft = VAR / f"{name}.{os.getpid()}"
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(_random(length))
            try:
                os.link(draft, file)  # fails where a rename would replace
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return file.read_text()
    except PermissionError as error:
        raise SystemExit(
            f"{error.filename} belongs to another user: run the command as the user who started "
            "the portal first."
        ) from None


def _random(length: int) -> str:
    # Without the letters and digits that look alike on a screen.
    alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(alphabet) for _ in range(length))
