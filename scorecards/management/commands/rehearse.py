"""Rehearse a result: what would be published, and everything that speaks against it."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from scorecards import publishing
from scorecards.management.options import add_framework_options, framework_named, user_named
from scorecards.models import Edition
from scorecards.rehearsing import causes_in_words, rehearse


class Command(BaseCommand):
    help = "Rehearse a framework's result; ends with 1 if something stands in the way."

    def add_arguments(self, parser):
        add_framework_options(parser)
        parser.add_argument(
            "--completeness", choices=Edition.Completeness.values, default=Edition.Completeness.FULL
        )
        parser.add_argument("--keep", action="store_true", help="Keep it for the next comparison.")
        parser.add_argument("--user", default="", help="Name of the account that keeps it.")

    def handle(self, **options):
        framework = framework_named(**options)
        by = user_named(options["user"], framework.authority)
        rehearsal = rehearse(framework, completeness=options["completeness"])
        for finding in rehearsal.findings:
            self.stdout.write(f"{self._mark(rehearsal, finding)} {finding.sentence}")
        if rehearsal.year_before:
            self._shifts(_("Since the year before:"), rehearsal.since_last_year, framework)
        if framework.rehearsals.exists():
            self._shifts(_("Since the last rehearsal kept:"), rehearsal.since_kept, framework)
        self.stdout.write(
            _("Rehearsed: %(units)d units; nothing was published.")
            % {"units": len(rehearsal.results)}
        )
        if options["keep"]:
            publishing.keep(framework, completeness=options["completeness"], by=by)
        if rehearsal.blocking:
            raise CommandError(_("Something stands in the way."))

    def _mark(self, rehearsal, finding):
        if finding.blocking:
            return _("Blocks:")
        return _("Acknowledged:") if finding.key in rehearsal.acknowledged else _("To acknowledge:")

    def _shifts(self, title, shifts, framework):
        self.stdout.write(title)
        if not shifts:
            self.stdout.write("  " + _("No unit changes its rank or class."))
        for shift in shifts:
            self.stdout.write(
                f"  {shift.unit_name}: {shift.old_rank or '—'} → {shift.new_rank or '—'}, "
                f"{shift.old_class or '—'} → {shift.new_class or '—'}"
                f"{causes_in_words(shift, framework.decimals)}"
            )
