"""What a WSGI server imports in production: ``gunicorn reform_portal.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reform_portal.settings")

application = get_wsgi_application()
