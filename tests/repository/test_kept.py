from reform_portal import kept
from reform_portal.kept import kept_secret


def test_secret_is_made_once_and_read_by_its_owner_only(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "VAR", tmp_path / "var")

    first = kept_secret("key", length=64)

    assert (len(first), kept_secret("key", length=64)) == (64, first)
    assert [(file.name, file.stat().st_mode & 0o777) for file in kept.VAR.iterdir()] == [
        ("key", 0o600)
    ]


def test_two_secrets_differ(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "VAR", tmp_path)

    assert kept_secret("a", length=16) != kept_secret("b", length=16)
