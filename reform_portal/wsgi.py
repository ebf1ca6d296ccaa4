"""What a WSGI server imports in production: ``gunicorn reform_portal.wsgi``."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reform_portal.settings")

try:
    if not os.environ.get("DATABASE_URL"):
        sys.exit("DATABASE_URL is not set; to try the portal without a server, run “make demo”.")
    application = get_wsgi_application()
except SystemExit as refusal:
    print(refusal, file=sys.stderr)
    sys.exit(3)  # gunicorn's sign for “cannot start”: it stops instead of trying for ever
