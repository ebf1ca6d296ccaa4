"""Who became whom, over links already read: plain Python, no queries.

Numbers are never added or averaged across a merger: lineage says which lives make one line, where
that line is broken, and whose pages to offer beside it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

NO_NAMES: Mapping[int, Hashable] = MappingProxyType({})


@dataclass(frozen=True)
class Link:
    """One line of a legal act; ``successor`` is None where a unit was dissolved without an heir."""

    predecessor: int
    successor: int | None
    kind: Literal["merge", "split", "rename", "dissolve", "move", "take_over"]
    share: Literal["whole", "part"]
    on: date


@dataclass(frozen=True)
class Life:
    """One legal life in a line of lives.

    ``since`` is the day of the act that joins it to the life before, None for the first.
    ``break_before`` says that it is not the same body as before: others came in or parts went out.
    ``changed_on`` are the other days on which it took in others or gave a part away and lived on,
    in order; for the first life of a line, the day on which others founded it may be among them.
    """

    unit_id: int
    since: date | None = None
    break_before: bool = False
    changed_on: tuple[date, ...] = ()


def predecessors(links: Iterable[Link], unit_id: int) -> tuple[int, ...]:
    """Return the units that went into ``unit_id`` directly, the earliest act first."""
    found = {link for link in links if link.successor == unit_id}
    return tuple(link.predecessor for link in sorted(found, key=_by_day))


def successors(links: Iterable[Link], unit_id: int) -> tuple[int, ...]:
    """Return the units that ``unit_id`` went into directly, the earliest act first."""
    found = {link for link in links if link.predecessor == unit_id and link.successor is not None}
    return tuple(link.successor for link in sorted(found, key=_by_day))


def living_heirs(links: Iterable[Link], unit_id: int) -> frozenset[int]:
    """Return the units that carry on ``unit_id`` to the end of the record.

    Itself if nothing replaced it or if it only gave functions away, nobody if it was dissolved.
    Raises ``ValueError`` on a cycle, which no chain of decisions can produce.
    """
    outgoing = defaultdict(list)
    for link in links:
        outgoing[link.predecessor].append(link)
    heirs: dict[int, frozenset[int]] = {}

    def follow(current: int, path: tuple[int, ...]) -> frozenset[int]:
        if current in path:
            raise _cycle((*path, current))
        if current not in heirs:
            later = [
                follow(link.successor, (*path, current))
                for link in outgoing[current]
                if link.successor is not None
            ]
            itself = {current} if all(_leaves_alive(link) for link in outgoing[current]) else set()
            heirs[current] = frozenset(itself).union(*later)
        return heirs[current]

    return follow(unit_id, ())


def chain(
    links: Iterable[Link], unit_id: int, names: Mapping[int, Hashable] = NO_NAMES
) -> tuple[Life, ...]:
    """Return the lives that make one line with ``unit_id``, the earliest first.

    A whole rename or move continues a line. Where acts of another kind link two units of the same
    name (``names``, by unit), readers take one for the other: the line goes on, but broken.
    It is broken, too, where a renamed unit took in others or gave parts away. Where several units
    could be the earlier or the later life, none is: see `predecessors` and `successors`.

    Every life of a line returns the same line. Raises ``ValueError`` on a cycle.
    """
    links = set(links)
    joints = _joints(links, names)
    unbroken = joints & _renames_and_nothing_else(links)
    before = {link.successor: link for link in joints}
    after = {link.predecessor: link for link in joints}

    first, passed = unit_id, [unit_id]
    while first in before:
        first = before[first].predecessor
        passed.append(first)
        if first == unit_id:
            raise _cycle(tuple(reversed(passed)))

    lives, current = [], first
    while True:
        joint, leaving = before.get(current), after.get(current)
        lives.append(
            Life(
                current,
                since=joint.on if joint else None,
                break_before=joint is not None and joint not in unbroken,
                changed_on=_changes(links, current, joint, leaving),
            )
        )
        if leaving is None:
            return tuple(lives)
        current = leaving.successor


def same_bodies(links: Iterable[Link]) -> dict[int, int]:
    """Return the unit that each renamed or moved unit was before, where it stayed the same body.

    These are the unbroken joints of `chain`, of all units in one go.
    """
    links = set(links)
    unbroken = _joints(links, NO_NAMES) & _renames_and_nothing_else(links)
    return {link.successor: link.predecessor for link in unbroken}


def _by_day(link: Link) -> tuple[date, int, int]:
    return link.on, link.predecessor, link.successor or 0


def _cycle(path: tuple[int, ...]) -> ValueError:
    return ValueError(f"unit {path[-1]} succeeds itself: {' → '.join(map(str, path))}")


def _leaves_alive(link: Link) -> bool:
    return link.kind == "take_over" and link.share == "part"


def _continues(link: Link) -> bool:
    return link.kind in ("rename", "move") and link.share == "whole"


def _joints(links: Collection[Link], names: Mapping[int, Hashable]) -> set[Link]:
    """Return at most one link into and one out of every unit: the ones that carry the line."""
    renames = {link for link in links if _continues(link)}
    renamed_from = {link.predecessor for link in renames}
    renamed_to = {link.successor for link in renames}
    namesakes = {
        link
        for link in links - renames
        if link.successor is not None
        and link.predecessor not in renamed_from
        and link.successor not in renamed_to
        and names.get(link.predecessor) is not None
        and names.get(link.predecessor) == names.get(link.successor)
    }
    return _alone(renames | namesakes)


def _alone(links: Collection[Link]) -> set[Link]:
    """Return the links that are the only one out of their predecessor and into their successor."""
    leaving = Counter(link.predecessor for link in links)
    arriving = Counter(link.successor for link in links)
    return {
        link for link in links if leaving[link.predecessor] == 1 and arriving[link.successor] == 1
    }


def _renames_and_nothing_else(links: Collection[Link]) -> set[Link]:
    """Return the whole renames and moves on whose day nothing else came in or went out.

    What came or went on another day is a change within one of the two lives.
    """
    by_day = defaultdict(set)
    for link in links:
        by_day[link.on].add(link)
    return {link for day in by_day.values() for link in _alone(day) if _continues(link)}


def _changes(
    links: Collection[Link], unit_id: int, joint: Link | None, leaving: Link | None
) -> tuple[date, ...]:
    joined_on = {act.on for act in (joint, leaving) if act is not None}
    days = {
        link.on
        for link in links
        if link.successor == unit_id
        or (link.predecessor == unit_id and (leaving is not None or _leaves_alive(link)))
    }
    return tuple(sorted(days - joined_on))
