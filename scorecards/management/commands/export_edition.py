"""Write the offline edition of one year: a ZIP of pages, data, sealed copies and the verifier.

What it makes for the portal's own address, the portal hands out too: the way for years that are
too large to be made on request.
"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.http import Http404
from django.utils.translation import gettext as _

from scorecards.exports import offline


class Command(BaseCommand):
    help = "Write one year of an authority as a ZIP that opens without any network."

    def add_arguments(self, parser):
        parser.add_argument("--authority", required=True, help="such as tay-ninh")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument(
            "--address",
            default="http://localhost",
            help="Where the portal is reached, such as https://par.example.vn; the pages name it.",
        )
        parser.add_argument("--output", default="", help="File to write; none: <authority>-<year>.")

    def handle(self, **options):
        authority, year = options["authority"], options["year"]
        file = Path(options["output"] or f"{authority}-{year}-ngoai-tuyen.zip")
        try:
            content = offline.kept(authority, year, origin=options["address"].rstrip("/"))
        except Http404 as nothing:
            raise CommandError(str(nothing)) from nothing
        file.write_bytes(content)
        self.stdout.write(_("%(file)s: %(size)d bytes.") % {"file": file, "size": len(content)})
