"""How the units of a group are scored in a year: the tree of criteria, its maxima, classes."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scorecards.calculation import Rules
from units.models import UnitGroup, key_field, search_key

# Points and percentages: three decimals at most, room for a class floor stated in points.
POINTS = {"max_digits": 8, "decimal_places": 3}

ordered_number = RegexValidator(
    re.compile(r"\A[1-9]\d*(\.[1-9]\d*)*\Z"), _("A number such as 1 or 1.2.3 is wanted.")
)


class Origin(models.TextChoices):
    COMPUTED = "computed", _("computed by the portal")
    ANNOUNCED = "announced", _("re-entered from an announcement")


class ClassifiedBy(models.TextChoices):
    NONE = "none", _("nothing: no classes")
    INDEX = "index", _("the index, in percent")
    POINTS = "points", _("the total points")
    APPRAISED = "appraised_points", _("the appraised points, without survey and bonus")


class RankOn(models.TextChoices):
    SHOWN = "shown", _("the index as shown, rounded")
    EXACT = "exact", _("the exact index")


class FrameworkQuerySet(models.QuerySet):
    def in_order(self):
        """Sort by authority, latest year first, then as the groups stand."""
        return self.order_by("group__authority__sort_key", "-year", "group__position", "round")


class Framework(models.Model):
    """The set of criteria by which one group is scored in one year.

    Tree, maxima and bands may change in the state ``setup`` only; the first score ends it
    (`scorecards.assessing`) and a trigger holds it. ``round`` 0 is the whole year.
    """

    class State(models.TextChoices):
        SETUP = "setup", _("being set up")
        SCORING = "scoring", _("scores being entered")
        SEALED = "sealed", _("sealed")

    group = models.ForeignKey(
        UnitGroup, verbose_name=_("unit group"), on_delete=models.PROTECT, related_name="frameworks"
    )
    year = models.PositiveSmallIntegerField(_("year assessed"))
    round = models.PositiveSmallIntegerField(
        _("round"), default=0, help_text=_("0 = the whole year; 1, 2 … = rounds within the year.")
    )
    title = models.CharField(_("title"), max_length=300)
    decision = models.CharField(_("decision that issued the criteria"), max_length=300, blank=True)
    origin = models.CharField(
        _("origin of the result"), max_length=10, choices=Origin, default=Origin.COMPUTED
    )
    decimals = models.PositiveSmallIntegerField(
        _("decimals"), default=2, choices=[(2, "2"), (3, "3")]
    )
    ranked = models.BooleanField(_("ranked"), default=True)
    classified_by = models.CharField(
        _("classified by"), max_length=20, choices=ClassifiedBy, default=ClassifiedBy.INDEX
    )
    rank_on = models.CharField(_("ranked on"), max_length=5, choices=RankOn, default=RankOn.SHOWN)
    cap_percent = models.DecimalField(
        _("index capped at (%)"), **POINTS, null=True, blank=True, help_text=_("Empty = no cap.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.SETUP, editable=False
    )

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        ordering = ["-year", "group", "round"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "year", "round"],
                name="framework_is_one_per_group_year_and_round",
                violation_error_message=_("This group already has a framework for that year."),
            ),
            models.CheckConstraint(
                name="framework_year_is_plausible",
                condition=Q(year__gte=2000, year__lte=2100),
                violation_error_message=_("The year lies between 2000 and 2100."),
            ),
            models.CheckConstraint(
                name="framework_choices_are_known",
                condition=Q(
                    origin__in=Origin.values,
                    decimals__in=[2, 3],
                    classified_by__in=ClassifiedBy.values,
                    rank_on__in=RankOn.values,
                    state__in=["setup", "scoring", "sealed"],
                ),
                violation_error_message=_("This choice does not exist."),
            ),
            models.CheckConstraint(
                name="framework_cap_is_positive",
                condition=Q(cap_percent__isnull=True) | Q(cap_percent__gt=0),
                violation_error_message=_("The cap is a percentage above 0."),
            ),
        ]

    def __str__(self):
        return f"{self.group.authority.place}, {self.group.name}, {self.year}"

    @property
    def authority(self):
        return self.group.authority

    @property
    def is_sealed(self):
        return self.state == self.State.SEALED

    @property
    def rules(self):
        """How results are rounded, ranked, classified and capped, as `calculation` takes it."""
        return Rules(
            decimals=self.decimals,
            ranked=self.ranked,
            classified_by=self.classified_by,
            rank_on=self.rank_on,
            cap_percent=self.cap_percent,
        )


class CriterionQuerySet(models.QuerySet):
    def leaves(self):
        """Keep the criteria that hold points: those without parts."""
        return self.filter(children__isnull=True)


class Criterion(models.Model):
    """A node of the tree: field, criterion or component. Only leaves hold points.

    ``max_points`` is empty only where an announced source does not state it. A branch shows the
    sum of its leaves; a bonus has a maximum above 0, a penalty the most it can take away
    (stored negative, like the points).
    """

    class Kind(models.TextChoices):
        APPRAISED = "appraised", _("appraised")
        SURVEY = "survey", _("survey")
        BONUS = "bonus", _("bonus")
        PENALTY = "penalty", _("penalty")

    framework = models.ForeignKey(
        Framework, verbose_name=_("framework"), on_delete=models.CASCADE, related_name="criteria"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
    )
    number = models.CharField(_("number"), max_length=20, validators=[ordered_number])
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = models.CharField(_("title"), max_length=500)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.APPRAISED)
    max_points = models.DecimalField(_("maximum points"), **POINTS, null=True, blank=True)
    evidence_required = models.BooleanField(_("evidence required"), default=False)
    guidance = models.TextField(_("guidance"), blank=True)
    previous = models.ForeignKey(
        "self",
        verbose_name=_("same criterion last year"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="next",
    )
    comparable = models.BooleanField(
        _("comparable with last year"),
        default=True,
        help_text=_("Off: the criterion or its maximum changed so much that points differ."),
    )
    search_key = key_field(search_key("title"))

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["framework", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "number"],
                name="criterion_number_is_unique_within_framework",
                violation_error_message=_("This framework already has a criterion of that number."),
            ),
            models.CheckConstraint(
                name="criterion_kind_is_known",
                condition=Q(kind__in=["appraised", "survey", "bonus", "penalty"]),
                violation_error_message=_("This kind of criterion does not exist."),
            ),
            models.CheckConstraint(
                name="criterion_maximum_has_the_sign_of_its_kind",
                condition=Q(max_points__isnull=True)
                | Q(kind="penalty", max_points__lt=0)
                | (~Q(kind="penalty") & Q(max_points__gt=0)),
                violation_error_message=_(
                    "A maximum is above 0; a penalty states the most it takes away, below 0."
                ),
            ),
            models.CheckConstraint(
                name="criterion_is_not_part_of_itself",
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                violation_error_message=_("A criterion cannot be part of itself."),
            ),
        ]

    def __str__(self):
        return f"{self.number}. {self.title}"

    def clean(self):
        # Another table's row is out of a CHECK's reach: the triggers of migration 0002 hold the
        # lock, these sentences only come first.
        if self.parent and not self.number.startswith(f"{self.parent.number}."):
            raise ValidationError(
                {
                    "number": _("The number of a part begins with %(parent)s.")
                    % {"parent": self.parent.number}
                }
            )


class ClassBand(models.Model):
    """A class and the lowest value that earns it. Position 1 is the best; the last has no floor."""

    framework = models.ForeignKey(
        Framework, verbose_name=_("framework"), on_delete=models.CASCADE, related_name="bands"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("class"), max_length=40)
    floor = models.DecimalField(
        _("floor"), **POINTS, null=True, blank=True, help_text=_("Empty for the lowest class.")
    )
    inclusive = models.BooleanField(
        _("floor included"),
        default=True,
        help_text=_("On: “from 80”. Off: “above 80”."),
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    inferred = models.BooleanField(
        _("inferred"),
        default=False,
        help_text=_("The source does not state this floor; it follows from the published rows."),
    )

    class Meta:
        verbose_name = _("class band")
        verbose_name_plural = _("class bands")
        ordering = ["framework", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "position"],
                name="class_band_position_is_unique_within_framework",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Two classes cannot stand at one position."),
            ),
            models.UniqueConstraint(
                fields=["framework", "name"],
                name="class_band_name_is_unique_within_framework",
                violation_error_message=_("This framework already has that class."),
            ),
        ]

    def __str__(self):
        return self.name


class AnnouncedCount(models.Model):
    """How many units an announcement puts into a class, where it tells no more than that."""

    framework = models.ForeignKey(
        Framework,
        verbose_name=_("framework"),
        on_delete=models.CASCADE,
        related_name="announced_counts",
    )
    position = models.PositiveSmallIntegerField(_("position"))
    class_name = models.CharField(_("class"), max_length=40)
    count = models.PositiveIntegerField(_("number of units"))

    class Meta:
        verbose_name = _("announced count")
        verbose_name_plural = _("announced counts")
        ordering = ["framework", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "class_name"],
                name="announced_count_is_given_once_per_class",
                violation_error_message=_("This class already has its count."),
            ),
        ]

    def __str__(self):
        return f"{self.class_name}: {self.count}"


class FrameworkReopening(models.Model):
    """Who opened a framework again, and why: its structure, or its scores for a correction.

    ``decided_by`` names who decided that what was published is corrected; it is empty where
    nothing had been published yet.
    """

    framework = models.ForeignKey(
        Framework, verbose_name=_("framework"), on_delete=models.CASCADE, related_name="reopenings"
    )
    reason = models.TextField(_("reason"))
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("reopening")
        verbose_name_plural = _("reopenings")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                name="framework_reopening_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why the framework is opened again."),
            ),
        ]

    def __str__(self):
        return f"{self.framework}: {self.reason}"
