"""Who is scored: authorities, the groups they rank apart, their units, and who became whom."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from units.vietnamese import fold

# First words of the portal's own addresses: an authority's slug must not hide them.
RESERVED_SLUGS = [
    "api",
    "ban-nhap",
    "dang-nhap",
    "dang-xuat",
    "du-lieu",
    "en",
    "i18n",
    "media",
    "quan-tri",
    "static",
    "tim-hieu",
    "tim-kiem",
    "tin",
    "viec-can-lam",
    "xac-minh",
]


# Words that stand where a group's or a unit's could: …/<year>/phuong-phap/, …/<group>/nhung/….
RESERVED_GROUP_SLUGS = ["bieu-do", "phuong-phap", "phu-luc", "thong-cao"]
RESERVED_UNIT_SLUGS = [
    "bieu-do",
    "chi-tieu",
    "dinh-chinh",
    "dung-han",
    "ho-so",
    "linh-vuc",
    "nhung",
    "phu-luc",
    "tien-bo",
    "tieu-chi",
]


# The functions are created by this app's first migration (units/vietnamese.py holds their text),
# so that saving, bulk loading and COPY fill the same keys.
def sort_key(column):
    """Return the expression whose byte order is the Vietnamese alphabetical order of ``column``."""
    return Func(F(column), function="vietnamese_sort_key")


def search_key(column):
    """Return the expression of ``column`` without accents and case, as `fold` gives it."""
    return Func(F(column), function="vietnamese_search_key")


def key_field(expression):
    return models.GeneratedField(
        expression=expression,
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )


class UnitKind(models.TextChoices):
    AGENCY = "agency", _("agency")
    DISTRICT = "district", _("district")
    COMMUNE = "commune", _("commune")
    OTHER = "other", _("other body")


class Authority(models.Model):
    """A body that scores its units and announces the result, for one period of its life.

    A province before and after a merger is two authorities, so that what the earlier one
    announced keeps its own place.
    """

    slug = models.SlugField(
        _("address word"),
        max_length=60,
        unique=True,
        help_text=_("The word in the address of its pages, such as tay-ninh."),
    )
    name = models.CharField(
        _("official name"),
        max_length=200,
        help_text=_("Such as “Ủy ban nhân dân tỉnh Tây Ninh”."),
    )
    place = models.CharField(_("place"), max_length=100, help_text=_("Such as “Tây Ninh”."))
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        verbose_name=_("successor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
    )
    illustrative = models.BooleanField(
        _("illustrative data"),
        default=False,
        help_text=_("Everything of this authority is invented, and every page says so."),
    )
    source = models.TextField(_("source"), blank=True)
    sort_key = key_field(sort_key("place"))

    class Meta:
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")
        ordering = ["illustrative", "sort_key", "slug"]
        constraints = [
            models.CheckConstraint(
                name="authority_slug_is_not_a_word_of_the_portal",
                condition=~Q(slug__in=RESERVED_SLUGS),
                violation_error_message=_("The portal uses this address word itself."),
            ),
            models.CheckConstraint(
                name="authority_starts_before_it_ends",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("An authority cannot end before it starts."),
            ),
            models.CheckConstraint(
                name="authority_does_not_succeed_itself",
                condition=Q(successor__isnull=True) | ~Q(successor=F("pk")),
                violation_error_message=_("An authority cannot be its own successor."),
            ),
        ]

    def __str__(self):
        return self.name


class UnitGroup(models.Model):
    """A list of units that is ranked apart from the others, such as the agencies."""

    authority = models.ForeignKey(
        Authority, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="groups"
    )
    slug = models.SlugField(
        _("address word"), max_length=60, help_text=_("Such as so-nganh, cap-huyen, cap-xa.")
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=UnitKind)
    position = models.PositiveSmallIntegerField(_("position"), default=1)

    class Meta:
        verbose_name = _("unit group")
        verbose_name_plural = _("unit groups")
        ordering = ["authority", "position", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "slug"],
                name="unit_group_slug_is_unique_within_authority",
                violation_error_message=_("This authority already has a group of that name."),
            ),
            models.CheckConstraint(
                name="unit_group_kind_is_known",
                condition=Q(kind__in=UnitKind.values),
                violation_error_message=_("This kind of unit does not exist."),
            ),
            # …/<authority>/don-vi/ is the registry, …/<authority>/<year>/<group>/ a league table.
            models.CheckConstraint(
                name="unit_group_slug_is_not_a_word_of_the_portal",
                condition=~Q(slug__in=RESERVED_GROUP_SLUGS),
                violation_error_message=_("The portal uses this address word itself."),
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.authority.place})"


class UnitQuerySet(models.QuerySet):
    def in_force_on(self, day):
        """Keep the units that legally exist on ``day``, both ends included."""
        return self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day),
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        )

    def matching(self, words):
        """Keep the units whose name or code holds ``words``, whatever the accents and the case."""
        return self.filter(
            Q(search_key__contains=fold(words))
            | Q(code__icontains=words)
            | Q(aliases__search_key__contains=fold(words))
        ).distinct()


class Unit(models.Model):
    """A body that is scored, for one period of its legal life.

    A renamed or merged body is a new unit linked by `Succession`; the earlier row is closed with
    ``ends_on`` and never edited, so that what was published under the old name stays true.
    An empty ``starts_on`` means: since before these records begin.
    """

    authority = models.ForeignKey(
        Authority, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="units"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=UnitKind)
    code = models.CharField(_("code"), max_length=30)
    slug = models.SlugField(
        _("address word"),
        max_length=80,
        help_text=_("A later unit of the same name carries its year, such as so-xay-dung-2025."),
    )
    name = models.CharField(_("official name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Place in the official order of protocol.")
    )
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    verified = models.BooleanField(
        _("verified"),
        default=True,
        help_text=_("Off: the name was not checked against an official document."),
    )
    source = models.TextField(_("source"), blank=True)
    sort_key = key_field(sort_key("name"))
    search_key = key_field(search_key("name"))

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["authority", "kind", "position", "sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "slug"],
                name="unit_slug_is_unique_within_authority",
                violation_error_message=_("Another unit of this authority has this address word."),
            ),
            models.CheckConstraint(
                name="unit_slug_is_not_a_word_of_the_portal",
                condition=~Q(slug__in=RESERVED_UNIT_SLUGS),
                violation_error_message=_("The portal uses this address word itself."),
            ),
            models.CheckConstraint(
                name="unit_kind_is_known",
                condition=Q(kind__in=UnitKind.values),
                violation_error_message=_("This kind of unit does not exist."),
            ),
            models.CheckConstraint(
                name="unit_starts_before_it_ends",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A unit cannot end before it starts."),
            ),
            ExclusionConstraint(
                name="unit_code_has_one_holder_at_a_time",
                expressions=[
                    ("authority", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Another unit holds this code in the same period."),
            ),
        ]

    def __str__(self):
        return self.name


class Agency(Unit):
    class Meta:
        proxy = True
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")


class District(Unit):
    class Meta:
        proxy = True
        verbose_name = _("district")
        verbose_name_plural = _("districts")


class Commune(Unit):
    class Meta:
        proxy = True
        verbose_name = _("commune")
        verbose_name_plural = _("communes")


class UnitAlias(models.Model):
    """Another spelling under which sources and workbooks name a unit."""

    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.CASCADE, related_name="aliases"
    )
    name = models.CharField(_("other name"), max_length=200)
    search_key = key_field(search_key("name"))

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        ordering = ["unit", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="unit_alias_is_given_once",
                violation_error_message=_("This unit already has that other name."),
            ),
        ]

    def __str__(self):
        return self.name


class Succession(models.Model):
    """One line of a legal act: which unit carries on which, wholly or in part, from which day."""

    class Kind(models.TextChoices):
        MERGE = "merge", _("merged into")
        SPLIT = "split", _("split into")
        RENAME = "rename", _("renamed")
        DISSOLVE = "dissolve", _("dissolved")
        MOVE = "move", _("moved to another authority")
        TAKE_OVER = "take_over", _("functions taken over by")

    class Share(models.TextChoices):
        WHOLE = "whole", _("whole")
        PART = "part", _("part")

    predecessor = models.ForeignKey(
        Unit,
        verbose_name=_("earlier unit"),
        on_delete=models.PROTECT,
        related_name="successions",
    )
    successor = models.ForeignKey(
        Unit,
        verbose_name=_("later unit"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="origins",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    share = models.CharField(_("share"), max_length=5, choices=Share, default=Share.WHOLE)
    on = models.DateField(_("on"))
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["on", "predecessor", "successor"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"],
                name="succession_is_recorded_once",
                nulls_distinct=False,
                violation_error_message=_("This succession is already recorded."),
            ),
            models.CheckConstraint(
                name="succession_links_two_units",
                condition=Q(successor__isnull=True) | ~Q(successor=F("predecessor")),
                violation_error_message=_("A unit cannot succeed itself."),
            ),
            models.CheckConstraint(
                name="succession_names_an_heir_unless_dissolved",
                condition=Q(kind="dissolve", successor__isnull=True)
                | (~Q(kind="dissolve") & Q(successor__isnull=False)),
                violation_error_message=_(
                    "Name the later unit; only a dissolved unit is without one."
                ),
            ),
            models.CheckConstraint(
                name="succession_kind_and_share_are_known",
                condition=Q(
                    kind__in=["merge", "split", "rename", "dissolve", "move", "take_over"],
                    share__in=["whole", "part"],
                ),
                violation_error_message=_("This kind of succession does not exist."),
            ),
        ]

    def __str__(self):
        return f"{self.predecessor} → {self.successor or self.get_kind_display()}"
