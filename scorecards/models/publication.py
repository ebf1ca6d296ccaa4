"""What was published, sealed: `scorecards.publishing` writes it, triggers refuse changes."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scorecards.models.framework import POINTS, ClassifiedBy, Criterion, Framework, Origin, RankOn
from units.models import Authority, Unit


class Decision(models.Model):
    """The act by which an authority announces results; a year may hold several.

    Number and dates are empty until they are known.
    """

    authority = models.ForeignKey(
        Authority, verbose_name=_("authority"), on_delete=models.PROTECT, related_name="decisions"
    )
    number = models.CharField(
        _("number"), max_length=60, blank=True, help_text=_("Such as 2729/QĐ-UBND.")
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=300)
    place = models.CharField(_("place"), max_length=100, blank=True)
    signer = models.CharField(_("signed by"), max_length=100, blank=True)
    source = models.TextField(_("source"), blank=True, help_text=_("Address or reference."))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = [F("announced_on").desc(nulls_last=True), "-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                condition=~Q(number=""),
                name="decision_number_is_unique_within_authority",
                violation_error_message=_("This authority already has a decision of that number."),
            ),
            models.CheckConstraint(
                name="decision_is_signed_before_it_is_announced",
                condition=Q(signed_on__isnull=True)
                | Q(announced_on__isnull=True)
                | Q(announced_on__gte=F("signed_on")),
                violation_error_message=_("A decision cannot be announced before it is signed."),
            ),
        ]

    def __str__(self):
        return self.number or self.title


class EditionQuerySet(models.QuerySet):
    def public(self):
        """Keep the sealed editions whose day of showing has come."""
        return self.filter(sealed_at__isnull=False, public_from__lte=timezone.now())

    def current(self):
        """Keep the public editions that no public correction has replaced."""
        return self.public().exclude(
            Exists(Edition.objects.public().filter(corrects=OuterRef("pk")))
        )

    def of_newest_year(self):
        """Keep each authority's current editions of the latest year that has any."""
        newer = Edition.objects.current().filter(
            framework__group__authority=OuterRef("framework__group__authority"),
            framework__year__gt=OuterRef("framework__year"),
        )
        return self.current().exclude(Exists(newer))

    def newest_of_each_group(self):
        """Keep each group's current edition of the whole of the latest year that has one."""
        newer = Edition.objects.current().filter(
            framework__group=OuterRef("framework__group"),
            framework__round=0,
            framework__year__gt=OuterRef("framework__year"),
        )
        return self.current().filter(framework__round=0).exclude(Exists(newer))

    def with_context(self):
        """Fetch group, authority, decision and what is corrected in the same query.

        The canonical bytes, which no page shows, stay where they are; ``canonical_bytes`` says how
        many they are.
        """
        return (
            self.annotate(canonical_bytes=Length("canonical"))
            .select_related("framework__group__authority", "decision", "corrects")
            .defer("canonical", "corrects__canonical")
        )


class Edition(models.Model):
    """The sealed result of one framework: one version of what an authority published.

    ``canonical`` are the bytes that ``digest`` (SHA-256) covers; they name the authority's
    previous digest, so that editions form a chain. Whatever a page needs from the framework is
    copied here, so that a later change of the framework cannot alter it.
    """

    class Completeness(models.TextChoices):
        FULL = "full", _("complete")
        PARTIAL = "partial", _("known in part")
        COUNTS = "counts", _("known as counts only")

    framework = models.ForeignKey(
        Framework, verbose_name=_("framework"), on_delete=models.PROTECT, related_name="editions"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    decision = models.ForeignKey(
        Decision,
        verbose_name=_("decision"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
    )
    corrects = models.OneToOneField(
        "self",
        verbose_name=_("corrects"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="correction",
    )
    reason = models.TextField(_("reason for the correction"), blank=True)
    decided_by = models.CharField(_("who decided the correction"), max_length=200, blank=True)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin)
    completeness = models.CharField(
        _("completeness"), max_length=10, choices=Completeness, default=Completeness.FULL
    )
    note = models.TextField(_("note"), blank=True)
    derived = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("computed by the portal"),
        default=list,
        blank=True,
        help_text=_("Columns that the announcement does not print and the portal computed."),
    )
    title = models.CharField(_("title"), max_length=300)
    decimals = models.PositiveSmallIntegerField(_("decimals"))
    ranked = models.BooleanField(_("ranked"))
    classified_by = models.CharField(_("classified by"), max_length=20, choices=ClassifiedBy)
    rank_on = models.CharField(_("ranked on"), max_length=5, choices=RankOn)
    cap_percent = models.DecimalField(_("index capped at (%)"), **POINTS, null=True, blank=True)
    illustrative = models.BooleanField(_("illustrative data"))
    sealed_at = models.DateTimeField(_("sealed at"), null=True)
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sealed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    format_version = models.PositiveSmallIntegerField(_("format version"), default=1)
    canonical = models.BinaryField(_("canonical bytes"), null=True)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    previous_digest = models.CharField(_("previous digest"), max_length=64, blank=True)
    public_from = models.DateTimeField(_("public from"), null=True, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-framework__year", "framework__group__position", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "version"],
                name="edition_version_is_unique_within_framework",
                violation_error_message=_("This version exists already."),
            ),
            models.CheckConstraint(
                name="edition_correction_says_what_and_why",
                condition=Q(version=1, corrects__isnull=True)
                | (Q(version__gt=1, corrects__isnull=False) & ~Q(reason="")),
                violation_error_message=_("A correction names the edition it corrects, and why."),
            ),
            models.CheckConstraint(
                name="edition_is_sealed_with_its_digest",
                condition=Q(sealed_at__isnull=True, digest="", canonical__isnull=True)
                | Q(
                    sealed_at__isnull=False,
                    digest__regex=r"^[0-9a-f]{64}$",
                    canonical__isnull=False,
                ),
                violation_error_message=_("A sealed edition carries its bytes and their digest."),
            ),
            models.CheckConstraint(
                name="edition_is_sealed_before_it_is_shown",
                condition=Q(public_from__isnull=True) | Q(sealed_at__isnull=False),
                violation_error_message=_("Only a sealed edition can be shown."),
            ),
            models.CheckConstraint(
                name="edition_choices_are_known",
                condition=Q(
                    origin__in=Origin.values,
                    completeness__in=["full", "partial", "counts"],
                    decimals__in=[2, 3],
                ),
                violation_error_message=_("This choice does not exist."),
            ),
        ]

    def __str__(self):
        return f"{self.framework} v{self.version}"

    @property
    def group(self):
        return self.framework.group

    @property
    def authority(self):
        return self.framework.group.authority

    @property
    def year(self):
        return self.framework.year

    @property
    def is_full(self):
        return self.completeness == self.Completeness.FULL


class PublishedBand(models.Model):
    """A class of an edition and its floor, as it was when the edition was sealed."""

    edition = models.ForeignKey(
        Edition, verbose_name=_("edition"), on_delete=models.PROTECT, related_name="bands"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("class"), max_length=40)
    floor = models.DecimalField(_("floor"), **POINTS, null=True)
    inclusive = models.BooleanField(_("floor included"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    inferred = models.BooleanField(_("inferred"))

    class Meta:
        verbose_name = _("published class band")
        verbose_name_plural = _("published class bands")
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "position"], name="published_band_position_is_unique"
            ),
        ]

    def __str__(self):
        return self.name


class PublishedResult(models.Model):
    """One row of a league table as published; an empty number was not published.

    ``position`` is the place in the printed list: by rank, ties by the alphabet.
    ``index_percent`` is rounded half up to the edition's decimals.
    """

    class Reason(models.TextChoices):
        NO_MAXIMUM = "no_maximum", _("no criterion applies to this unit")
        INCOMPLETE = "incomplete", _("scores are missing")
        UNKNOWN_MAXIMUM = "unknown_maximum", _("the source does not state the maximum")
        NOT_PUBLISHED = "not_published", _("the source does not state the points")

    edition = models.ForeignKey(
        Edition, verbose_name=_("edition"), on_delete=models.PROTECT, related_name="results"
    )
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="results"
    )
    unit_name = models.CharField(_("unit"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"))
    ranked = models.BooleanField(_("ranked"), default=True)
    claimed = models.DecimalField(_("claimed points"), **POINTS, null=True)
    appraised = models.DecimalField(_("appraised points"), **POINTS, null=True)
    survey = models.DecimalField(_("survey points"), **POINTS, null=True)
    adjustment = models.DecimalField(_("bonus and penalty"), **POINTS, null=True)
    points = models.DecimalField(_("total points"), **POINTS, null=True)
    max_points = models.DecimalField(_("maximum points"), **POINTS, null=True)
    index_percent = models.DecimalField(_("index (%)"), **POINTS, null=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True)
    class_name = models.CharField(_("class"), max_length=40, blank=True)
    reason = models.CharField(_("why there is no index"), max_length=20, blank=True, choices=Reason)

    class Meta:
        verbose_name = _("published result")
        verbose_name_plural = _("published results")
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "unit"],
                name="published_result_is_one_per_unit",
                violation_error_message=_("This unit already has its row in that edition."),
            ),
            models.CheckConstraint(
                name="published_rank_is_positive", condition=Q(rank__isnull=True) | Q(rank__gte=1)
            ),
        ]

    def __str__(self):
        return self.unit_name


class PublishedPoints(models.Model):
    """The points of one node of the tree for one unit, as published; branches carry their sums.

    Of a leaf, it also says who entered the points, when, and from which file.
    """

    result = models.ForeignKey(
        PublishedResult, verbose_name=_("result"), on_delete=models.PROTECT, related_name="details"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    criterion_number = models.CharField(_("number"), max_length=20)
    parent_number = models.CharField(_("part of"), max_length=20, blank=True)
    level = models.PositiveSmallIntegerField(_("level"))
    title = models.CharField(_("title"), max_length=500)
    kind = models.CharField(_("kind"), max_length=10, choices=Criterion.Kind)
    claimed = models.DecimalField(_("claimed points"), **POINTS, null=True)
    appraised = models.DecimalField(_("appraised points"), **POINTS, null=True)
    points = models.DecimalField(_("points"), **POINTS, null=True)
    max_points = models.DecimalField(_("maximum points"), **POINTS, null=True)
    index_percent = models.DecimalField(_("index (%)"), **POINTS, null=True)
    reason = models.CharField(_("why the maximum differs"), max_length=300, blank=True)
    comparable = models.BooleanField(_("comparable with last year"))
    # Where the points of a leaf came from, as it stood when the edition was sealed.
    note = models.TextField(_("the appraisers' note"), blank=True)
    entered_by = models.CharField(_("entered by"), max_length=150, blank=True)
    entered_at = models.DateTimeField(_("entered at"), null=True)
    imported_from = models.CharField(_("imported from"), max_length=200, blank=True)
    imported_sha256 = models.CharField(_("SHA-256 of the imported file"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("published points")
        verbose_name_plural = _("published points")
        ordering = ["result", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["result", "criterion_number"], name="published_points_are_given_once"
            ),
        ]

    def __str__(self):
        return f"{self.criterion_number}: {self.points}"


class PublishedCount(models.Model):
    """How many units an edition puts into a class; the only knowledge where rows are unknown."""

    edition = models.ForeignKey(
        Edition, verbose_name=_("edition"), on_delete=models.PROTECT, related_name="counts"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    class_name = models.CharField(_("class"), max_length=40)
    count = models.PositiveIntegerField(_("number of units"))

    class Meta:
        verbose_name = _("published count")
        verbose_name_plural = _("published counts")
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "class_name"], name="published_count_is_given_once_per_class"
            ),
        ]

    def __str__(self):
        return f"{self.class_name}: {self.count}"
