"""From points to index, rank and class, exactly. Plain Python: no Django, no database, no float.

This is the only module of the portal that computes a published number. Values stay exact until
they are shown; each is rounded once, half up, to the places the framework names.
"""

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Literal, TypeVar

Key = TypeVar("Key", bound=Hashable)
Number = Decimal | Fraction
Mark = tuple[Decimal | None, Decimal | None]  # the points of a leaf and its maximum

Standing = Literal["full", "part", "zero", "unknown", "excluded"]
Adjustment = Literal["gained", "lost", "even"]

# Where the levels of a field's index begin, from the second to the fifth; the same every year.
LEVELS = (Decimal(50), Decimal(70), Decimal(80), Decimal(90))
COUNTED = frozenset(("appraised", "survey"))
ADJUSTING = frozenset(("bonus", "penalty"))
# Two years are compared where at least this share of the maximum is of the same criteria.
LEAST_SHARE = Fraction(1, 2)


@dataclass(frozen=True)
class Leaf:
    """A criterion that is scored itself; ``max_points`` is None where the source names none."""

    number: str
    kind: Literal["appraised", "survey", "bonus", "penalty"]
    max_points: Decimal | None


@dataclass(frozen=True)
class Band:
    """A class and the lowest value that earns it; without a floor it takes whatever is left."""

    name: str
    floor: Decimal | None
    inclusive: bool = True


@dataclass(frozen=True)
class Rules:
    """What a framework decides about rounding, ranking and classifying."""

    decimals: int
    ranked: bool = True
    classified_by: Literal["none", "index", "points", "appraised_points"] = "index"
    rank_on: Literal["shown", "exact"] = "shown"
    cap_percent: Decimal | None = None


@dataclass(frozen=True)
class Card:
    """One unit's points by leaf number, and where its maxima differ from the framework's.

    A maximum of 0 says that the leaf does not apply to the unit; whatever was awarded there is
    left out. ``ranked=False`` keeps index and class but takes no place.
    """

    awarded: Mapping[str, Decimal | None]
    max_points: Mapping[str, Decimal] = field(default_factory=dict)
    ranked: bool = True


@dataclass(frozen=True)
class Result:
    """What a scorecard comes to; None is unknown or does not exist, never zero.

    ``appraised``, ``survey`` and ``adjustment`` (bonus and penalty) are the parts of ``points``;
    a part is None if no leaf of its kind applies or one is still empty. ``missing`` holds the
    numbers of the empty leaves, and ``reason`` says why there is no index.
    """

    points: Decimal | None
    max_points: Decimal | None
    appraised: Decimal | None
    survey: Decimal | None
    adjustment: Decimal | None
    index_exact: Fraction | None
    index_percent: Decimal | None
    rank: int | None = None
    class_name: str = ""
    missing: tuple[str, ...] = ()
    reason: Literal["", "incomplete", "unknown_maximum", "no_maximum"] = ""


def compute(
    leaves: Sequence[Leaf],
    cards: Mapping[Key, Card],
    *,
    rules: Rules,
    bands: Sequence[Band],
) -> dict[Key, Result]:
    """Return what is published for each scorecard of one framework, ranked among each other.

    An empty bonus or penalty means none; any other empty leaf that applies leaves the unit
    without points, index, rank and class. Where the maximum alone is unknown the points stand,
    and so does a class that goes by points. ``bands`` are given from the top down.
    """
    results = {key: _result(leaves, card, rules, bands) for key, card in cards.items()}
    ranks = competition_ranks(
        {
            key: _deciding_index(result, rules)
            for key, result in results.items()
            if rules.ranked and cards[key].ranked and result.index_exact is not None
        }
    )
    return {key: replace(result, rank=ranks.get(key)) for key, result in results.items()}


def branch_totals(
    leaves: Sequence[Leaf], card: Card
) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    """Return (points, maximum) of every branch above the leaves, "1" and "1.2" for "1.2.3".

    Branches come in the order in which the leaves first name them. Points are None where a leaf
    is empty or none applies, the maximum is None where one is unknown; `index_of` makes the
    branch's own index of the two.
    """
    inside: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        steps = leaf.number.split(".")
        for length in range(1, len(steps)):
            inside.setdefault(".".join(steps[:length]), []).append(leaf)
    return {
        number: (_points(_applicable(branch, card), card), _maximum(branch, card))
        for number, branch in inside.items()
    }


def index_of(points: Number | None, max_points: Number | None) -> Fraction | None:
    """Return ``points`` as an exact percentage of ``max_points``.

    None if either is unknown or the maximum is 0. Penalties greater than the points give an
    index below 0, as the printed points and maximum do for whoever divides them: no rule found
    in the field lifts it to 0, and 0 would make units equal that are not.
    """
    if points is None or not max_points:
        return None
    return Fraction(points) / Fraction(max_points) * 100


def half_up(value: Number | int, decimals: int) -> Decimal:
    """Return ``value`` with exactly ``decimals`` places, a half rounded away from zero.

    83.585 → 83.59 and -0.005 → -0.01; nothing ever shows as minus zero.
    """
    whole = math.floor(abs(Fraction(value)) * 10**decimals + Fraction(1, 2))
    negative = value < 0 and whole > 0
    return Decimal((int(negative), tuple(int(digit) for digit in str(whole)), -decimals))


def competition_ranks(values: Mapping[Key, Number]) -> dict[Key, int]:
    """Rank from the highest value down; equal values share the better place (1, 2, 2, 4)."""
    place_of: dict[Number, int] = {}
    for place, value in enumerate(sorted(values.values(), reverse=True), start=1):
        place_of.setdefault(value, place)
    return {key: place_of[value] for key, value in values.items()}


def class_of(value: Number | None, bands: Sequence[Band]) -> str:
    """Return the name of the first of ``bands``, from the top down, whose floor is reached.

    "" if the value is unknown or below the last floor.
    """
    if value is None:
        return ""
    return next((band.name for band in bands if _reaches(value, band)), "")


def mean(values: Iterable[Number | None], decimals: int) -> Decimal | None:
    """Return the arithmetic mean of the known values, rounded half up; None if there is none."""
    known = _known(values)
    return half_up(_total(known) / len(known), decimals) if known else None


def mean_of_total(total: Number, count: int, decimals: int) -> Decimal:
    """Return the arithmetic mean of ``count`` values that add up to ``total``, rounded half up."""
    return half_up(Fraction(total) / count, decimals)


def median(values: Iterable[Number | None], decimals: int) -> Decimal | None:
    """Return the median of the known values, rounded half up; None if there is none.

    Of an even number of values it is the mean of the middle two.
    """
    known = _known(values)
    if not known:
        return None
    known.sort()
    middle = known[(len(known) - 1) // 2 : len(known) // 2 + 1]
    return half_up(_total(middle) / len(middle), decimals)


def spread(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return the distance from the first to the last, unrounded; None if no value is known."""
    known = [value for value in values if value is not None]
    return max(known) - min(known) if known else None


def ahead(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """Return by how much ``first`` is above ``second``, below 0 if under it; None without both."""
    if first is None or second is None:
        return None
    return first - second


def points_lost(points: Decimal | None, max_points: Decimal | None) -> Decimal | None:
    """Return what is missing from the maximum; None if either is unknown or nothing applies.

    Points above the maximum lose nothing: 0.
    """
    if points is None or not max_points:
        return None
    return max(max_points - points, Decimal(0))


def places_gained(previous: int | None, current: int | None) -> int | None:
    """Return how many places a unit rose, negative if it fell; None without two ranks."""
    if previous is None or current is None:
        return None
    return previous - current


def standing_of(points: Decimal | None, max_points: Decimal | None) -> Standing:
    """Say how points stand against the maximum that applies: "full", "part" or "zero".

    "excluded" where the maximum is 0: the criterion does not apply. "unknown" if the points are,
    or if they are above 0 and the maximum is unknown. Exact: 99.996 % is not "full".
    """
    if max_points == 0:
        return "excluded"
    if points is None:
        return "unknown"
    if points <= 0:
        return "zero"
    if max_points is None:
        return "unknown"
    return "full" if points >= max_points else "part"


def adjustment_of(points: Decimal | None) -> Adjustment:
    """Say whether bonus or penalty changed a unit's points; an empty one means none."""
    if not points:
        return "even"
    return "gained" if points > 0 else "lost"


def change(then: Decimal | None, now: Decimal | None) -> Decimal | None:
    """Return the points gained since, negative if lost; None unless both are known."""
    if then is None or now is None:
        return None
    return now - then


def quarter_of(percent: Decimal) -> int:
    """Return which quarter of the scale holds ``percent``: 0 below 25, 3 from 75 upwards."""
    return max(0, min(3, int(percent // 25)))


def level_of(percent: Decimal) -> int:
    """Return the level from 1 to 5 that `LEVELS` gives an index in percent."""
    return 1 + sum(percent >= floor for floor in LEVELS)


def enough_in_common(common: Number, whole: Number, least_share: Fraction = LEAST_SHARE) -> bool:
    """Say whether two years share enough of the maximum to be compared at all."""
    return common > 0 and Fraction(common) >= Fraction(whole) * least_share


@dataclass(frozen=True)
class Progress:
    """How far a unit's index moved on the leaves that two years have in common.

    ``leaves`` and ``max_points`` say how many they are and what they are worth (None where no
    maximum is known: announced totals). ``then`` and
    ``now`` are the index on them in percent, rounded half up; ``change`` is the difference of the
    two as they are shown, in percentage points. ``reason`` says why there is no change: not enough
    is common, or points are missing.
    """

    leaves: int
    max_points: Decimal | None
    then: Decimal | None = None
    now: Decimal | None = None
    change: Decimal | None = None
    reason: Literal["", "unknown_maximum", "too_little", "incomplete"] = ""


def progress(
    then: Mapping[str, Mark],
    now: Mapping[str, Mark],
    *,
    whole: Decimal | None,
    adjusting: Collection[str] = (),
    decimals: int,
    least_share: Fraction = LEAST_SHARE,
) -> Progress:
    """Return how far a unit moved from ``then`` to ``now`` on the leaves that are the same.

    Both map leaf number → (points, maximum) and hold the leaves that the method declares
    comparable. A leaf is common where both years know its maximum, the same and not 0. ``whole``
    is the larger of the unit's own maxima of the two years: less than ``least_share`` of it in
    common is too little to say anything. ``adjusting`` names the leaves of bonus and penalty:
    their points count, their maxima do not, and empty means none. A cap of the index is not
    applied.
    """
    common = [
        number
        for number, (_points, maximum) in now.items()
        if maximum and number in then and then[number][1] == maximum
    ]
    counted = [number for number in common if number not in adjusting]
    max_points = sum((now[number][1] for number in counted), Decimal(0))
    found = Progress(len(counted), max_points)
    if whole is None:
        return replace(found, reason="unknown_maximum")
    if not enough_in_common(max_points, whole, least_share):
        return replace(found, reason="too_little")
    if any(marks[number][0] is None for marks in (then, now) for number in counted):
        return replace(found, reason="incomplete")
    index_then, index_now = (
        half_up(
            index_of(sum((marks[n][0] or Decimal(0) for n in common), Decimal(0)), max_points),
            decimals,
        )
        for marks in (then, now)
    )
    return replace(found, then=index_then, now=index_now, change=index_now - index_then)


def progress_of_totals(then: Decimal | None, now: Decimal | None, decimals: int) -> Progress:
    """Return how far an announced index moved, where neither criteria nor maxima are printed.

    Whoever asks has made sure that the method declares the totals comparable.
    """
    if then is None or now is None:
        return Progress(1, None, reason="incomplete")
    then, now = half_up(then, decimals), half_up(now, decimals)
    return Progress(1, None, then=then, now=now, change=now - then)


def adds_up(
    parts: Iterable[Decimal], total: Decimal, *, tolerance: Decimal = Decimal("0.02")
) -> bool:
    """Say whether printed ``parts`` make the printed ``total``, give or take ``tolerance``.

    Published totals come from parts that were not yet rounded: three of the ten best provinces
    of 2020 are 0.01 off.
    """
    return abs(sum(parts, Decimal(0)) - total) <= tolerance


def _result(leaves: Sequence[Leaf], card: Card, rules: Rules, bands: Sequence[Band]) -> Result:
    applicable = _applicable(leaves, card)
    points, max_points = _points(applicable, card), _maximum(leaves, card)
    missing = _missing(applicable, card)
    index = index_of(points, max_points)
    if index is not None and rules.cap_percent is not None:
        index = min(index, Fraction(rules.cap_percent))
    result = Result(
        points=points,
        max_points=max_points,
        appraised=_points([leaf for leaf in applicable if leaf.kind == "appraised"], card),
        survey=_points([leaf for leaf in applicable if leaf.kind == "survey"], card),
        adjustment=_points([leaf for leaf in applicable if leaf.kind in ADJUSTING], card),
        index_exact=index,
        index_percent=None if index is None else half_up(index, rules.decimals),
        missing=missing,
        reason=_reason(missing, max_points),
    )
    return replace(result, class_name=class_of(_classifying_value(result, rules), bands))


def _reason(missing: tuple[str, ...], max_points: Decimal | None) -> str:
    if missing:
        return "incomplete"
    if max_points is None:
        return "unknown_maximum"
    return "" if max_points else "no_maximum"


def _deciding_index(result: Result, rules: Rules) -> Number | None:
    return result.index_percent if rules.rank_on == "shown" else result.index_exact


def _classifying_value(result: Result, rules: Rules) -> Number | None:
    if rules.classified_by == "none" or result.reason in ("incomplete", "no_maximum"):
        return None
    if rules.classified_by == "points":
        return result.points
    if rules.classified_by == "appraised_points":
        return result.appraised
    return _deciding_index(result, rules)


def _reaches(value: Number, band: Band) -> bool:
    if band.floor is None:
        return True
    # A Fraction and a Decimal refuse to be compared.
    value, floor = Fraction(value), Fraction(band.floor)
    return value >= floor if band.inclusive else value > floor


def _applicable(leaves: Iterable[Leaf], card: Card) -> list[Leaf]:
    return [leaf for leaf in leaves if card.max_points.get(leaf.number) != 0]


def _missing(applicable: Iterable[Leaf], card: Card) -> tuple[str, ...]:
    return tuple(
        leaf.number
        for leaf in applicable
        if leaf.kind not in ADJUSTING and card.awarded.get(leaf.number) is None
    )


def _points(applicable: Sequence[Leaf], card: Card) -> Decimal | None:
    if not applicable or _missing(applicable, card):
        return None
    return sum((card.awarded.get(leaf.number) or Decimal(0) for leaf in applicable), Decimal(0))


def _maximum(leaves: Iterable[Leaf], card: Card) -> Decimal | None:
    maxima = [
        card.max_points.get(leaf.number, leaf.max_points) for leaf in leaves if leaf.kind in COUNTED
    ]
    return None if None in maxima else sum(maxima, Decimal(0))


def _known(values: Iterable[Number | None]) -> list[Number]:
    """Return the values that are known, as fractions where some are: a decimal is neither compared
    with one nor added to it, but by far the quicker of the two to compare and to add."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, Decimal) for value in known):
        return known
    return [Fraction(value) for value in known]


def _total(values: Sequence[Number]) -> Fraction:
    """Return the exact sum; decimals that no sum of 100 digits holds are added as fractions."""
    try:
        with localcontext(Context(prec=100, traps=[Inexact])):
            return Fraction(sum(values))
    except Inexact:
        return sum(map(Fraction, values), Fraction(0))
