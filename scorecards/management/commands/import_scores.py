"""Import a table of scores into the framework of one group and year; all of it or nothing."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from scorecards import assessing, importing
from scorecards.management.options import add_framework_options, framework_named, user_named

FIRST_CHANGES = 20


class Command(BaseCommand):
    help = "Import scores from an .xlsx or .csv file; --dry-run shows what it would change."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        add_framework_options(parser)
        parser.add_argument("--sheet", default="", help="where several sheets hold a table")
        parser.add_argument("--user", help="who imports; the account must administer the authority")
        parser.add_argument("--dry-run", action="store_true", help="show everything, write nothing")

    def handle(self, *, file, sheet, dry_run, **options):
        framework = framework_named(**options)
        by = user_named(options["user"], framework.authority)
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        try:
            preview = importing.preview(framework, content, file.name, sheet=sheet)
            self._show(preview)
            if preview.problems:
                raise importing.NotImportable(preview.problems)
            if dry_run:
                self.stdout.write(_("Nothing was written."))
                return
            run = importing.apply(
                framework,
                content,
                file.name,
                by=by,
                sheet=sheet,
                fingerprint=preview.fingerprint,
            )
        except importing.NotImportable as refusal:
            lines = [*map(str, refusal.problems), _("Nothing was written.")]
            raise CommandError("\n".join(lines)) from refusal
        except (importing.Unreadable, importing.Outdated, assessing.Refused) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(_("Imported: record %(number)d.") % {"number": run.pk})

    def _show(self, preview):
        self.stdout.write(
            _(
                "%(file)s, sheet “%(sheet)s”: %(added)d values to add, %(changed)d to change, "
                "%(unchanged)d left alone."
            )
            % {
                "file": preview.filename,
                "sheet": preview.sheet,
                "added": len(preview.added),
                "changed": len(preview.changed),
                "unchanged": preview.unchanged,
            }
        )
        changes = [*preview.changed, *preview.added]
        for change in changes[:FIRST_CHANGES]:
            self.stdout.write(
                f"  {change.unit}, {change.what}: {change.old_shown} → {change.new_shown}"
            )
        if len(changes) > FIRST_CHANGES:
            more = _("  … and %(count)d more") % {"count": len(changes) - FIRST_CHANGES}
            self.stdout.write(more)
        self._list(_("Units that get a scorecard:"), preview.opened)
        self._list(_("Printed values that differ from the computed ones:"), preview.differences)
        self._list(_("Rows left out:"), preview.ignored)
        self._list(
            _("Columns left out:"), [f"{cell.address} {cell.shown}" for cell in preview.unused]
        )
        if preview.kept:
            self.stdout.write(
                _("The file leaves %(count)d scores blank that are entered: they stay.")
                % {"count": preview.kept}
            )

    def _list(self, title, lines):
        if lines:
            self.stdout.write(title)
        for line in lines:
            self.stdout.write(f"  {line}")
