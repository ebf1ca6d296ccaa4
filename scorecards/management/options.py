"""What several commands ask for on their command line: a framework, a person who may change it."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from scorecards.models import Framework


def add_framework_options(parser):
    """Let a command name one framework."""
    parser.add_argument("--authority", required=True, help="such as tay-ninh")
    parser.add_argument("--group", required=True, help="such as so-nganh")
    parser.add_argument("--year", required=True, type=int)
    parser.add_argument("--round", default=0, type=int, help="0 = the whole year")


def framework_named(*, authority, group, year, round, **_options):
    """Return the framework the options name; the refusal says which ones there are."""
    try:
        return Framework.objects.select_related("group__authority").get(
            group__authority__slug=authority, group__slug=group, year=year, round=round
        )
    except Framework.DoesNotExist as missing:
        there = Framework.objects.filter(group__authority__slug=authority).order_by(
            "year", "group__slug", "round"
        )
        names = ", ".join(f"{row.group.slug} {row.year}" for row in there.select_related("group"))
        raise CommandError(
            _("There is no such framework; %(authority)s has: %(names)s.")
            % {"authority": authority, "names": names or "—"}
        ) from missing


def user_named(name, authority):
    """Return the account of that name, None if none is named; it must administer ``authority``."""
    if not name:
        return None
    user = User.objects.filter(username=name).first()
    if user is None or not user.can_administer(authority):
        raise CommandError(
            _("%(user)s may not enter scores of %(authority)s.")
            % {"user": name, "authority": authority}
        )
    return user
