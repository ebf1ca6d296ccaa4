"""What a table says under one framework: whose points, which maxima, what was printed beside them.

Nothing is stored here and nothing computed: a `Reading` is what the file states, cell by cell, and
what in it must be put right.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards.assessing import objection_to_points
from scorecards.calculation import COUNTED, Leaf, half_up
from scorecards.importing.decimals import (
    is_blank,
    is_not_applicable,
    read_percent,
    read_points,
    read_rank,
)
from scorecards.importing.headings import (
    Column,
    CriterionColumn,
    Field,
    Headings,
    find_headings,
    stated_maximum,
)
from scorecards.importing.matching import Directory, KnownUnit
from scorecards.importing.problems import IgnoredRow, Problem, Unreadable
from scorecards.importing.rows import Row, read_rows
from scorecards.importing.sheet import Cell, Sheet
from units.vietnamese import fold

_KINDS = {
    Field.APPRAISED: "appraised",
    Field.SURVEY: "survey",
    Field.BONUS: "bonus",
    Field.PENALTY: "penalty",
}
_PRINTED = (Field.PERCENT, Field.RANK, Field.CLASS)
_LONGEST_CLASS_NAME = 40


@dataclass(frozen=True)
class Scheme:
    """What the importer must know of a framework.

    ``branches`` are the numbers of the criteria that have parts; ``own_maxima`` the maxima that
    already differ from a leaf's own, by (unit id, leaf number); ``class_names`` the classes an
    announced one must be among (empty: any).
    """

    leaves: tuple[Leaf, ...]
    decimals: int
    year: int
    announced: bool = False
    branches: frozenset[str] = frozenset()
    own_maxima: Mapping[tuple[int, str], Decimal] = field(default_factory=dict)
    class_names: tuple[str, ...] = ()

    @property
    def numbers(self) -> frozenset[str]:
        return self.branches | {leaf.number for leaf in self.leaves}

    def of_kind(self, kind: str) -> list[Leaf]:
        return [leaf for leaf in self.leaves if leaf.kind == kind]

    @property
    def counted(self) -> list[Leaf]:
        return [leaf for leaf in self.leaves if leaf.kind in COUNTED]


@dataclass(frozen=True)
class Printed:
    """A printed value, the cell it stands in and the number of decimals its column shows."""

    cell: Cell
    value: Decimal | int | str
    decimals: int = 0


@dataclass
class UnitReading:
    """What the file says of one unit.

    ``points``: by leaf number, the value of each of claimed, appraised and awarded it gives.
    ``maxima``: by leaf number, the unit's own maximum (0: does not apply). ``printed``: what is
    compared, by column (a branch by its number).
    """

    unit: KnownUnit
    label: Cell
    points: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    maxima: dict[str, Decimal] = field(default_factory=dict)
    printed: dict[Column | str, Printed] = field(default_factory=dict)


@dataclass
class Reading:
    """What the file says, and what is wrong with it. Nothing may be written with ``problems``.

    ``leaves`` are the numbers of the leaves for which the file has a column.
    """

    sheet: str
    leaves: frozenset[str] = frozenset()
    units: list[UnitReading] = field(default_factory=list)
    unused: list[Cell] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_scores(
    sheets: Iterable[Sheet], scheme: Scheme, directory: Directory, *, sheet_name: str = ""
) -> Reading:
    """Return what the one table of scores among ``sheets`` says.

    Raises `Unreadable` if no sheet holds such a table, or several do and none is named.
    """
    headings = _only_table(list(sheets), scheme, sheet_name)
    plan = _plan(headings, scheme)
    rows = read_rows(headings, directory)
    reading = Reading(
        sheet=headings.sheet.name,
        leaves=plan.leaves(scheme),
        unused=[*headings.unused, *plan.unused],
        ignored=rows.ignored,
        problems=[*headings.problems, *plan.problems, *rows.problems],
    )
    if not reading.problems and not rows.units:
        cell = headings.cell(next(iter(headings.columns)))
        wanted = _("a row for each unit is wanted below the heading.")
        reading.problems.append(Problem(cell, cell.shown, wanted))
    for row in rows.units:
        reading.units.append(_read_unit(row, plan, scheme, reading.problems))
    _count_decimals(reading.units, scheme.decimals)
    return reading


def _only_table(sheets: list[Sheet], scheme: Scheme, name: str) -> Headings:
    if name:
        wanted = [sheet for sheet in sheets if fold(sheet.name) == fold(name)]
        if not wanted:
            raise Unreadable(
                _("The file has no sheet “%(name)s”; it has: %(names)s.")
                % {"name": name, "names": ", ".join(f"“{sheet.name}”" for sheet in sheets)}
            )
    else:
        wanted = [sheet for sheet in sheets if not sheet.hidden]
    tables = [
        headings
        for sheet in wanted
        if (headings := find_headings(sheet, numbers=scheme.numbers, year=scheme.year))
    ]
    if not tables:
        raise Unreadable(
            _(
                "No heading was found: a row with “Tên đơn vị” and, beside it, such as “Tổng "
                "điểm”, “Điểm thẩm định”, “Xếp loại” or the numbers of the criteria is wanted."
            )
        )
    if len(tables) > 1:
        raise Unreadable(
            _("Several sheets hold a table: %(names)s. Say which one to import.")
            % {"names": ", ".join(f"“{headings.sheet.name}”" for headings in tables)}
        )
    return tables[0]


@dataclass
class _Plan:
    """What is done with each column: written to a leaf, taken as the maximum, or compared."""

    targets: dict[Column, tuple[Leaf, tuple[str, ...]]] = field(default_factory=dict)
    compared: dict[Column, Column | str] = field(default_factory=dict)
    adjusts: bool = False
    sets_maximum: bool = False
    unused: list[Cell] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, cell: Cell, wanted: str) -> None:
        self.problems.append(Problem(cell, cell.shown, wanted))

    def leaves(self, scheme: Scheme) -> frozenset[str]:
        adjusted = [*scheme.of_kind("bonus"), *scheme.of_kind("penalty")] if self.adjusts else []
        targets = [leaf for leaf, _fields in self.targets.values()]
        return frozenset(leaf.number for leaf in [*targets, *adjusted])

    def covers(self, leaf: Leaf) -> bool:
        return any(
            target is leaf and "awarded" in fields for target, fields in self.targets.values()
        )


def _plan(headings: Headings, scheme: Scheme) -> _Plan:
    plan = _Plan()
    _plan_criteria(plan, headings, scheme)
    for column in _KINDS:
        if column in headings.columns:
            _plan_part(plan, headings, column, scheme)
    if Field.ADJUSTMENT in headings.columns:
        _plan_adjustment(plan, headings, scheme)
    _plan_claimed(plan, headings, scheme)
    if Field.TOTAL in headings.columns:
        _plan_total(plan, headings, scheme)
    plan.sets_maximum = Field.MAXIMUM in headings.columns and len(scheme.counted) == 1
    if Field.MAXIMUM in headings.columns and not plan.sets_maximum:
        plan.compared[Field.MAXIMUM] = Field.MAXIMUM
    for column in _PRINTED:
        if column in headings.columns:
            plan.compared[column] = column
    printed = scheme.announced and any(column in plan.compared for column in _PRINTED)
    if not (plan.targets or plan.sets_maximum or printed or plan.problems or headings.problems):
        plan.refuse(
            headings.cell(next(iter(headings.columns))),
            _("a column with points is wanted, such as “Tổng điểm” or “Điểm thẩm định”."),
        )
    return plan


def _plan_criteria(plan: _Plan, headings: Headings, scheme: Scheme) -> None:
    leaves = {leaf.number: leaf for leaf in scheme.leaves}
    for column in headings.criteria:
        cell = headings.cell(column)
        leaf = leaves.get(column.number)
        if leaf is None:
            if column.stage == "awarded":
                plan.compared[column] = column.number
            else:
                plan.unused.append(cell)
            continue
        stated = stated_maximum(cell)
        if None not in (stated, leaf.max_points) and stated != abs(leaf.max_points):
            plan.refuse(
                cell,
                _("criterion %(number)s has a maximum of %(max)s points in this framework.")
                % {"number": leaf.number, "max": number_format(leaf.max_points)},
            )
        alone = CriterionColumn(leaf.number, "awarded") not in headings.columns
        plan.targets[column] = (leaf, _fields_of(column.stage, alone=alone))


def _fields_of(stage: str, *, alone: bool) -> tuple[str, ...]:
    """What stands appraised and is not awarded elsewhere in the file is awarded as appraised."""
    return ("appraised", "awarded") if stage == "appraised" and alone else (stage,)


def _plan_part(plan: _Plan, headings: Headings, column: Field, scheme: Scheme) -> None:
    cell = headings.cell(column)
    leaves = scheme.of_kind(_KINDS[column])
    if not leaves:
        if _states_nothing(headings, column):
            plan.unused.append(cell)
        else:
            plan.refuse(cell, _wanted_for_missing_kind(column))
    elif len(leaves) == 1 and not plan.covers(leaves[0]):
        total_awards = column is Field.APPRAISED and _total_is_the_leaf(headings, scheme)
        stage = "appraised" if column is Field.APPRAISED else "awarded"
        plan.targets[column] = (leaves[0], _fields_of(stage, alone=not total_awards))
    elif all(map(plan.covers, leaves)):
        plan.compared[column] = column
    else:
        plan.refuse(cell, _wanted_columns(len(leaves)))


def _wanted_for_missing_kind(column: Field) -> str:
    if column is Field.SURVEY:
        return _(
            "this framework has no survey criterion: to keep appraisal and survey apart it needs "
            "two criteria; or leave the total alone in the file."
        )
    if column is Field.APPRAISED:
        return _("this framework has no appraised criterion.")
    return _("this framework has no criterion for bonus or penalty: it needs one of its own.")


def _wanted_columns(count: int) -> str:
    return ngettext(
        "this framework has %(count)d criterion to fill: give it a column headed by its number.",
        "this framework has %(count)d criteria to fill: give each a column headed by its number.",
        count,
    ) % {"count": count}


def _states_nothing(headings: Headings, column: Field) -> bool:
    at = headings.columns[column]
    cells = (
        headings.sheet.cell(row, at)
        for row in range(headings.last_row + 1, len(headings.sheet.rows))
    )
    return all(is_blank(cell) or cell.value == 0 or cell.text == "0" for cell in cells)


def _total_is_the_leaf(headings: Headings, scheme: Scheme) -> bool:
    return Field.TOTAL in headings.columns and len(scheme.leaves) == 1


def _plan_adjustment(plan: _Plan, headings: Headings, scheme: Scheme) -> None:
    bonus, penalty = scheme.of_kind("bonus"), scheme.of_kind("penalty")
    cell = headings.cell(Field.ADJUSTMENT)
    if not bonus and not penalty:
        if _states_nothing(headings, Field.ADJUSTMENT):
            plan.unused.append(cell)
        else:
            plan.refuse(cell, _wanted_for_missing_kind(Field.BONUS))
    elif all(map(plan.covers, [*bonus, *penalty])):
        plan.compared[Field.ADJUSTMENT] = Field.ADJUSTMENT
    elif len(bonus) <= 1 and len(penalty) <= 1:
        plan.adjusts = True
    else:
        plan.refuse(cell, _wanted_columns(len(bonus) + len(penalty)))


def _plan_claimed(plan: _Plan, headings: Headings, scheme: Scheme) -> None:
    if Field.CLAIMED not in headings.columns:
        return
    leaves = scheme.of_kind("appraised")
    if len(leaves) == 1 and CriterionColumn(leaves[0].number, "claimed") not in plan.targets:
        plan.targets[Field.CLAIMED] = (leaves[0], ("claimed",))
    else:
        plan.unused.append(headings.cell(Field.CLAIMED))


def _plan_total(plan: _Plan, headings: Headings, scheme: Scheme) -> None:
    counted = scheme.counted
    if len(scheme.leaves) == 1 and not plan.covers(scheme.leaves[0]):
        plan.targets[Field.TOTAL] = (scheme.leaves[0], ("awarded",))
    elif any(map(plan.covers, counted)):
        plan.compared[Field.TOTAL] = Field.TOTAL
    else:
        plan.refuse(headings.cell(Field.TOTAL), _wanted_columns(len(scheme.leaves)))


def _read_unit(row: Row, plan: _Plan, scheme: Scheme, problems: list[Problem]) -> UnitReading:
    unit = UnitReading(row.unit, row.label)
    if plan.sets_maximum and Field.MAXIMUM in row.cells:
        _read_maximum(unit, row.cells[Field.MAXIMUM], scheme, problems)
    for column, (leaf, fields) in plan.targets.items():
        if cell := row.cells.get(column):
            _read_target(unit, cell, column, leaf, fields, scheme, problems)
    if plan.adjusts and (cell := row.cells.get(Field.ADJUSTMENT)):
        _read_adjustment(unit, cell, scheme, problems)
    for column, key in plan.compared.items():
        if cell := row.cells.get(column):
            printed = _read_printed(cell, column, scheme)
            if isinstance(printed, Problem):
                problems.append(printed)
            elif printed is not None:
                unit.printed[key] = Printed(cell, printed)
    return unit


def _read_maximum(unit, cell, scheme, problems):
    leaf = scheme.counted[0]
    maximum = read_points(cell, decimals=scheme.decimals)
    if isinstance(maximum, Problem):
        problems.append(maximum)
    elif maximum is not None:
        objection = objection_to_points(
            maximum, kind=leaf.kind, max_points=leaf.max_points, decimals=scheme.decimals
        )
        if objection or maximum == 0:
            objection = objection or _("a maximum is above 0.")
            problems.append(Problem(cell, cell.shown, objection))
        elif maximum != _standing_maximum(unit, leaf, scheme):
            unit.maxima[leaf.number] = maximum


def _standing_maximum(unit: UnitReading, leaf: Leaf, scheme: Scheme) -> Decimal | None:
    return scheme.own_maxima.get((unit.unit.id, leaf.number), leaf.max_points)


def _read_target(unit, cell, column, leaf, fields, scheme, problems):
    if isinstance(column, CriterionColumn) and is_not_applicable(cell):
        if _standing_maximum(unit, leaf, scheme) != 0:
            unit.maxima[leaf.number] = Decimal(0)
        return
    points = read_points(cell, decimals=scheme.decimals)
    _keep(unit, cell, leaf, fields, points, scheme, problems)


def _keep(unit, cell, leaf, fields, points, scheme, problems):
    if isinstance(points, Decimal):
        if leaf.kind == "penalty" and points > 0:
            points = -points  # printed as "2" under "Điểm trừ", stored as what it takes away
        maximum = unit.maxima.get(leaf.number, _standing_maximum(unit, leaf, scheme))
        objection = objection_to_points(
            points, kind=leaf.kind, max_points=maximum, decimals=scheme.decimals
        )
        if objection:
            points = Problem(cell, cell.shown, objection)
    if isinstance(points, Problem):
        problems.append(points)
    elif points is not None:
        unit.points.setdefault(leaf.number, {}).update(dict.fromkeys(fields, points))


def _read_adjustment(unit, cell, scheme, problems):
    points = read_points(cell, decimals=scheme.decimals)
    if isinstance(points, Problem):
        problems.append(points)
    elif points:
        leaves = scheme.of_kind("bonus" if points > 0 else "penalty")
        if leaves:
            _keep(unit, cell, leaves[0], ("awarded",), points, scheme, problems)
        else:
            problems.append(Problem(cell, cell.shown, _wanted_for_missing_kind(Field.BONUS)))


def _read_printed(
    cell: Cell, column: Column, scheme: Scheme
) -> Decimal | int | str | Problem | None:
    if column is Field.PERCENT:
        return _read_index(cell, scheme)
    if column is Field.RANK:
        return read_rank(cell)
    if column is Field.CLASS:
        return _read_class(cell, scheme)
    # Three decimals: what is only compared may be written with more than the framework's two.
    points = read_points(cell, decimals=3)
    if column is Field.PENALTY and isinstance(points, Decimal):
        return -abs(points)
    return points


def _read_index(cell: Cell, scheme: Scheme) -> Decimal | Problem | None:
    percent = read_percent(cell)
    if not isinstance(percent, Decimal) or 0 <= percent <= 100:
        return percent
    if percent > 100 and scheme.of_kind("bonus"):
        return percent
    return Problem(cell, cell.shown, _("a percentage from 0 to 100 is wanted."))


def _read_class(cell: Cell, scheme: Scheme) -> str | Problem | None:
    if is_blank(cell):
        return None
    name = " ".join(cell.text.split())
    for known in scheme.class_names:
        if fold(known) == fold(name):
            return known
    # A computed class is only compared: whatever is printed is shown beside it.
    if (scheme.class_names and scheme.announced) or len(name) > _LONGEST_CLASS_NAME:
        return Problem(
            cell,
            cell.shown,
            _("one of the framework's classes is wanted: %(names)s.")
            % {"names": ", ".join(scheme.class_names)},
        )
    return name


def _count_decimals(units: list[UnitReading], decimals: int) -> None:
    """Give printed numbers the decimals their column shows; 94.4 among 94.41s stands for 94.40."""
    shown: dict[Column | str, int] = {}
    for unit in units:
        for key, printed in unit.printed.items():
            if isinstance(printed.value, Decimal):
                places = -printed.value.as_tuple().exponent
                shown[key] = min(decimals, max(shown.get(key, 0), places))
    for unit in units:
        for key, printed in unit.printed.items():
            if key in shown:
                value = half_up(printed.value, shown[key])
                unit.printed[key] = Printed(printed.cell, value, shown[key])
