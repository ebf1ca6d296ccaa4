"""Seal one framework's result from the command line."""

import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from scorecards import publishing
from scorecards.assessing import Refused
from scorecards.management.options import add_framework_options, framework_named, user_named
from scorecards.models import Decision, Edition
from scorecards.rehearsing import rehearse


class Command(BaseCommand):
    help = "Rehearse a framework's result and seal it as its next edition."

    def add_arguments(self, parser):
        add_framework_options(parser)
        parser.add_argument(
            "--completeness", choices=Edition.Completeness.values, default=Edition.Completeness.FULL
        )
        parser.add_argument("--decision", default="", help="Number of the decision.")
        parser.add_argument("--note", default="")
        parser.add_argument("--reason", default="", help="Why the published result is corrected.")
        parser.add_argument(
            "--public-from",
            default="",
            help="Day or moment of showing, 2026-03-31 or “2026-03-31 08:00”; none: not yet.",
        )
        parser.add_argument("--user", default="", help="Name of the account that seals.")
        parser.add_argument("--acknowledge", action="store_true")
        parser.add_argument("--decided-by", default="", help="Who decided the correction.")

    def handle(self, **options):
        framework = framework_named(**options)
        rehearsal = rehearse(framework, completeness=options["completeness"])
        for finding in [*rehearsal.blocking, *rehearsal.to_acknowledge]:
            mark = _("Blocks:") if finding.blocking else _("To acknowledge:")
            self.stdout.write(f"{mark} {finding.sentence}")
        try:
            edition = publishing.seal(
                framework,
                by=user_named(options["user"], framework.authority),
                completeness=options["completeness"],
                acknowledged=options["acknowledge"],
                decision=self._decision(framework, options["decision"]),
                note=options["note"],
                public_from=_moment(options["public_from"]),
                reason=options["reason"],
                decided_by=options["decided_by"],
            )
        except publishing.NotReady as refusal:
            raise CommandError(
                _("Not sealed: what is said above stands against it (--acknowledge what may).")
            ) from refusal
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{edition}: SHA-256 {edition.digest}")

    def _decision(self, framework, number):
        if not number:
            return None
        try:
            return Decision.objects.get(authority=framework.authority, number=number)
        except Decision.DoesNotExist as missing:
            raise CommandError(
                _("The authority has no decision of number %(number)s.") % {"number": number}
            ) from missing


def _moment(text):
    """Return the moment that ``text`` names; a day alone begins at midnight."""
    if not text:
        return None
    try:
        moment = parse_datetime(text) or datetime.datetime.combine(
            parse_date(text) or datetime.date.min, datetime.time()
        )
        if moment.year < 2000:
            raise ValueError(text)
    except ValueError as wrong:
        raise CommandError(
            _("“%(text)s” is no day: 2026-03-31 or “2026-03-31 08:00” is wanted.") % {"text": text}
        ) from wrong
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
