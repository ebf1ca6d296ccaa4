"""Check every sealed edition, the ones not yet public too; made for cron."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards import verifying
from scorecards.models.publication import Edition
from units.models import Authority


class Command(BaseCommand):
    help = "Recompute digests, chain and numbers of sealed editions; exit code 1 if any differs."

    def add_arguments(self, parser):
        parser.add_argument("--authority", default="", help="such as tay-ninh; none: all")
        parser.add_argument("--json", action="store_true", help="One JSON object for programs.")

    def handle(self, **options):
        editions = _editions(options["authority"])
        # One edition in memory at a time.
        verdicts = (verdict for edition in editions for verdict in _verdict(edition))
        tell = self._tell_programs if options["json"] else self._tell_people
        if not tell(verdicts):
            raise CommandError(_("Some editions are not what was sealed."), returncode=1)

    def _tell_people(self, verdicts):
        count = wrong = 0
        for verdict in verdicts:
            edition = verdict.edition
            count += 1
            wrong += not verdict.sound
            word = _("agrees") if verdict.sound else _("DOES NOT AGREE")
            label = f"{edition.authority.place}, {verifying.label_of(edition)}"
            self.stdout.write(f"{label}: {word} ({edition.digest})")
            for sentence in verdict.findings:
                self.stdout.write(f"  ✗ {sentence}")
            for sentence in verdict.remarks:
                self.stdout.write(f"  · {sentence}")
        self.stdout.write(
            ngettext("%(count)d edition checked.", "%(count)d editions checked.", count)
            % {"count": count}
        )
        return not wrong

    def _tell_programs(self, verdicts):
        lines = [
            {
                "authority": verdict.edition.authority.slug,
                "year": verdict.edition.year,
                "group": verdict.edition.group.slug,
                "version": verdict.edition.version,
                "digest": verdict.edition.digest,
                "sound": verdict.sound,
                "findings": verdict.findings,
                "remarks": verdict.remarks,
                "rows": verdict.rows,
                "seconds": round(verdict.seconds, 3),
            }
            for verdict in verdicts
        ]
        sound = all(line["sound"] for line in lines)
        self.stdout.write(
            json.dumps({"sound": sound, "editions": lines}, ensure_ascii=False, indent=1)
        )
        return sound


def _editions(slug):
    editions = Edition.objects.filter(sealed_at__isnull=False).order_by("pk")
    if slug:
        if not Authority.objects.filter(slug=slug).exists():
            raise CommandError(_("There is no authority %(slug)s.") % {"slug": slug})
        editions = editions.filter(framework__group__authority__slug=slug)
    return list(editions.values_list("pk", flat=True))


def _verdict(pk):
    return verifying.verify(verifying.to_verify(Edition.objects.filter(pk=pk)))
