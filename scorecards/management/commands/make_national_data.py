"""Fill a scratch database with a synthetic national data set; see fixtures/README.md."""

import resource
import time

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from scorecards.management import national_data
from units.models import Authority


class Command(BaseCommand):
    help = "Make a synthetic national data set: real communes, invented scores."

    def add_arguments(self, parser):
        default = national_data.Size()
        parser.add_argument("--years", type=int, default=default.years)
        parser.add_argument("--last-year", type=int, default=default.last_year)
        parser.add_argument("--leaves", type=int, default=default.leaves, help="8 or more")
        parser.add_argument("--provinces", type=int, help="so many of the 34; none: all")
        parser.add_argument("--communes", type=int, help="so many of each province; none: all")
        parser.add_argument("--seed", type=int, default=default.seed)
        parser.add_argument(
            "--beside-real-data",
            action="store_true",
            help="Load it although the database holds authorities that are not illustrative.",
        )
        parser.add_argument("--remove", action="store_true", help="Say how to be rid of it.")

    def handle(self, **options):
        if options["remove"]:
            return self._remove()
        size = _size(options)
        _refuse_beside_real_data(options["beside_real_data"])
        if Authority.objects.filter(slug__in=national_data.slugs()).exists():
            raise CommandError(_("The synthetic data set is there already."))
        began, rows = time.perf_counter(), 0
        with transaction.atomic():
            for made in national_data.make(size):
                rows += made.results + made.points
                self.stdout.write(_line(made, rows, time.perf_counter() - began))
        national_data.analyse()
        took = time.perf_counter() - began
        self.stdout.write(
            _("%(rows)d published rows in %(seconds)d s: %(rate)d a second, %(memory)d MB.")
            % {
                "rows": rows,
                "seconds": took,
                "rate": rows / took,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )

    def _remove(self):
        """Sealed editions cannot be deleted, and no command gets around that."""
        if not Authority.objects.filter(slug__in=national_data.slugs()).exists():
            self.stdout.write(_("There is no synthetic data set here."))
            return
        raise CommandError(
            _(
                "%(count)d editions of the synthetic data set are sealed, and what is sealed "
                "cannot be deleted: drop the database %(name)s."
            )
            % {"count": national_data.sealed_editions(), "name": connection.settings_dict["NAME"]}
        )


def _size(options):
    names = ("years", "last_year", "leaves", "provinces", "communes", "seed")
    size = national_data.Size(**{name: options[name] for name in names})
    if size.years < 1 or size.leaves < 8 or 0 in (size.provinces, size.communes):
        raise CommandError(_("Give one year, 8 leaves, one province and one commune at least."))
    return size


def _refuse_beside_real_data(allowed):
    real = Authority.objects.filter(illustrative=False).values_list("place", flat=True)
    if real and not allowed:
        raise CommandError(
            _(
                "This database holds real results (%(places)s). Synthetic ones cannot be removed "
                "again: use a database of their own, or say --beside-real-data."
            )
            % {"places": ", ".join(real)}
        )


def _line(made, rows, seconds):
    each = made.points // made.results
    return f"{made.edition.title}: {made.results} × {each} ({rows / seconds:.0f}/s)"
