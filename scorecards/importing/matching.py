"""Which unit a row means: by code, by name, by any of its names however they are written."""

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from units.vietnamese import fold, match_key


class KnownUnit(NamedTuple):
    """A unit that a row may mean."""

    id: int
    code: str
    name: str
    short_name: str = ""
    aliases: tuple[str, ...] = ()

    @classmethod
    def of(cls, unit) -> "KnownUnit":
        """Return a unit of the registry; its ``aliases`` are best fetched before."""
        aliases = tuple(alias.name for alias in unit.aliases.all())
        return cls(unit.pk, unit.code, unit.name, unit.short_name, aliases)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.name, self.short_name, *self.aliases)))


class Directory:
    """The units of one framework, found as sources write them.

    ``pools`` come in order of preference: of two units with one name, such as a department before
    and after a merger, the one in the earlier pool is meant. ``elsewhere`` names units that are
    not scored here, each with the sentence that says so.
    """

    def __init__(
        self, *pools: Iterable[KnownUnit], elsewhere: Iterable[tuple[KnownUnit, str]] = ()
    ):
        self._pools = [_Pool(units) for units in pools]
        elsewhere = list(elsewhere)
        self._elsewhere = _Pool(unit for unit, _reason in elsewhere)
        self._reasons = {unit.id: reason for unit, reason in elsewhere}

    def find(self, *, code: str = "", name: str = "") -> KnownUnit | str:
        """Return the unit, or the sentence that says what is wanted instead."""
        by_name = self._by_name(name) if name else []
        by_code = self._by_code(code) if code else []
        if not by_code:
            # A code the registry does not know may be another system's: the name decides.
            return self._only(by_name) if by_name else self._missing(code, name)
        called_so = [unit for unit in by_code if _is_called(unit, name)]
        if by_name and not called_so:
            return _("code %(code)s is “%(unit)s”: correct the code or the name.") % {
                "code": code,
                "unit": by_code[0].name,
            }
        return self._only(called_so or by_code)

    def knows(self, name: str) -> bool:
        """Say whether the name is a unit's, one of another group's included."""
        return bool(self._by_name(name) or self._elsewhere.with_name(name))

    def _by_code(self, code: str) -> list[KnownUnit]:
        return next((found for pool in self._pools if (found := pool.with_code(code))), [])

    def _by_name(self, name: str) -> list[KnownUnit]:
        # The closest spelling first, and within one spelling the preferred pool: "Xã Tân Hoa" is
        # itself before it is "Xã Tân Hòa".
        for spelling in _SPELLINGS:
            for pool in self._pools:
                if found := pool.spelled(spelling, name):
                    return found
        return []

    def _only(self, found: list[KnownUnit]) -> KnownUnit | str:
        if len(found) == 1:
            return found[0]
        return _("several units have this name, with the codes %(codes)s: give the code.") % {
            "codes": ", ".join(unit.code for unit in found)
        }

    def _missing(self, code: str, name: str) -> str:
        if others := self._elsewhere.with_code(code) or self._elsewhere.with_name(name):
            return self._reasons[others[0].id]
        if nearest := self._nearest(name):
            return _("no unit of this group has this name; the nearest: %(names)s.") % {
                "names": ", ".join(f"“{unit}”" for unit in nearest)
            }
        return _("no unit of this group has this name or code.")

    def _nearest(self, name: str) -> list[str]:
        names = {
            match_key(spelling): unit.name
            for pool in self._pools
            for unit in pool.units
            for spelling in unit.names
        }
        found = difflib.get_close_matches(match_key(name), names, n=3, cutoff=0.6)
        return list(dict.fromkeys(names[key] for key in found))


def _exactly(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


_SPELLINGS = (_exactly, fold, match_key)


def _is_called(unit: KnownUnit, name: str) -> bool:
    return match_key(name) in map(match_key, unit.names)


def _code_key(code: str) -> str:
    # Excel makes 4 of the commune code 00004.
    code = code.strip().casefold()
    return code.lstrip("0") if code.isdecimal() else code


class _Pool:
    """Units by code and by each way of spelling their names."""

    def __init__(self, units: Iterable[KnownUnit]):
        self.units = list(units)
        self._codes = defaultdict(list)
        self._names = defaultdict(list)
        for unit in self.units:
            self._codes[_code_key(unit.code)].append(unit)
            for spelling in _SPELLINGS:
                for key in dict.fromkeys(map(spelling, unit.names)):
                    self._names[spelling, key].append(unit)

    def with_code(self, code: str) -> list[KnownUnit]:
        return self._codes.get(_code_key(code), []) if code else []

    def spelled(self, spelling: Callable[[str], str], name: str) -> list[KnownUnit]:
        return self._names.get((spelling, spelling(name)), [])

    def with_name(self, name: str) -> list[KnownUnit]:
        return next((found for how in _SPELLINGS if (found := self.spelled(how, name))), [])
