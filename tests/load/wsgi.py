"""The portal under gunicorn with the bare answers of tests/load/urls.py."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
settings.ROOT_URLCONF = "tests.load.urls"
