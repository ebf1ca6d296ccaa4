#!/usr/bin/env python3
"""Django's command line, with the embedded PostgreSQL running while a command needs it."""

import os
import sys
from contextlib import nullcontext

from django.core.management import execute_from_command_line

from reform_portal import embedded_postgres

# These read files only; starting a database for them would be time lost.
COMMANDS_WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "version",
}


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reform_portal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    reads_files_only = command in COMMANDS_WITHOUT_DATABASE or {"--help", "-h"} & set(sys.argv)
    with nullcontext() if reads_files_only else embedded_postgres.running():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
