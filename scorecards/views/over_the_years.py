"""What the page of an authority shows of a group over its years: its charts, if it has years."""

from dataclasses import dataclass

from scorecards import progress_in_words, wording, years
from scorecards.charts.group_years import class_years_chart, mean_years_chart


@dataclass(frozen=True)
class OverTheYears:
    """A group with the charts of its years."""

    group: object
    charts: list


def groups(overviews) -> list[OverTheYears]:
    """Return the groups that have something to show: counts or means of two years at least."""
    found = [OverTheYears(*_group(of_one)) for of_one in years.by_group(overviews)]
    return [group for group in found if group.charts]


def _group(of_one):
    group = of_one[0].overview.edition.group
    charts = []
    if sum(any(count.count for count in year.overview.counts) for year in of_one) > 1:
        charts.append(class_years_chart(_counts(of_one), **_about(of_one, "xep-loai")))
    if sum(year.overview.mean is not None for year in of_one) > 1:
        charts.append(mean_years_chart(_means(of_one), **_about(of_one, "trung-binh")))
    return group, charts


def _counts(of_one):
    return [
        {
            "year": year.year,
            "counts": {count.class_name: count.count for count in year.overview.counts},
            "units": year.overview.units,
            "changes": progress_in_words.changes_of_classes(year),
        }
        for year in of_one
    ]


def _means(of_one):
    return [
        {
            "year": year.year,
            "mean": year.overview.mean,
            "median": year.overview.median,
            "decimals": year.overview.edition.decimals,
            "changes": progress_in_words.changes_of_criteria(year),
            "parted": year.parted,
        }
        for year in of_one
    ]


def _about(of_one, word):
    editions = [year.overview.edition for year in of_one]
    group = editions[0].group
    return {
        "slug": f"{group.slug}-{word}",
        "group_name": group.name,
        "source": wording.sources_of_years(editions),
        "illustrative": any(edition.illustrative for edition in editions),
    }
