"""Write the PDF of a year's annexes, or of one group's.

What it makes for the portal's own address, the portal hands out too: the way for lists that are
too long to be laid out on request.
"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.http import Http404
from django.utils.translation import gettext as _

from scorecards.exports import annex, pdf


class Command(BaseCommand):
    help = "Write the annexes of one year, or of one group of it, as a PDF."

    def add_arguments(self, parser):
        parser.add_argument("--authority", required=True, help="such as tay-ninh")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--group", default="", help="such as so-nganh; none: all groups")
        parser.add_argument(
            "--address",
            default="http://localhost",
            help="Where the portal is reached, such as https://par.example.vn; the QR names it.",
        )
        parser.add_argument("--output", default="", help="File to write; none: as it is handed out")

    def handle(self, **options):
        authority, year, group = options["authority"], options["year"], options["group"]
        try:
            editions = annex.editions_of(authority, year, group)
        except Http404 as nothing:
            raise CommandError(str(nothing)) from nothing
        acts = annex.describe(editions, address_of=annex.addressing(options["address"]))
        name = annex.file_name(editions, of_group=bool(group))
        try:
            content = pdf.kept(acts, name)
        except pdf.NotMade as why:
            raise CommandError(str(why)) from why
        file = Path(options["output"] or f"{name}.pdf")
        file.write_bytes(content)
        self.stdout.write(_("%(file)s: %(size)d bytes.") % {"file": file, "size": len(content)})
