"""Every setting of the portal. What differs between machines comes from the environment.

Without DATABASE_URL the portal is at home: the embedded PostgreSQL, a secret key kept in var/, this
machine's own addresses. With DATABASE_URL it is a server, and what a server needs must be given:

    DATABASE_URL    postgresql://user:password@host:5432/name
    SECRET_KEY      at least 50 characters nobody can guess
    ALLOWED_HOSTS   the names it is reached by: par.example.vn,www.par.example.vn
    HTTPS           on behind a proxy that ends TLS and sets X-Forwarded-Proto itself (default: off)
    DEBUG           on to develop, never on a server (default: off)
"""

import os
from pathlib import Path

import psycopg2
from csp.constants import NONE, SELF
from psycopg2.extensions import parse_dsn

from reform_portal import embedded_postgres
from reform_portal.kept import kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"


def environment(name, *, example, default=None):
    """Return the variable ``name``; without one and without ``default``, say so and stop."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise SystemExit(f"{name} is not set: give it in the environment, such as {example}.")
    return value


def switch(name):
    """Return whether the variable ``name`` is on; unset is off."""
    value = environment(name, default="off", example="on").lower()
    if value not in {"on", "1", "true", "yes", "off", "0", "false", "no"}:
        raise SystemExit(f"{name} is “{value}”: write on or off.")
    return value in {"on", "1", "true", "yes"}


def database(address):
    """Return Django's form of a PostgreSQL address as libpq reads it, its options included."""
    wanted = "an address such as postgresql://user:password@host:5432/name"
    try:
        parts = parse_dsn(address)
    except psycopg2.ProgrammingError:
        # The reason libpq gives may repeat the password, so it is not shown.
        raise SystemExit(f"DATABASE_URL is not {wanted}.") from None
    if "dbname" not in parts:
        raise SystemExit(f"DATABASE_URL names no database: it is {wanted}.")
    if not parts.get("port", "5432").isdigit():
        raise SystemExit(f"DATABASE_URL has a port that is not a number: it is {wanted}.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DEBUG = switch("DEBUG")
HTTPS = switch("HTTPS")
DATABASE_URL = os.environ.get("DATABASE_URL")
DATABASES = {"default": database(DATABASE_URL or embedded_postgres.url())}
AT_HOME = DEBUG or not DATABASE_URL

SECRET_KEY = environment(
    "SECRET_KEY",
    default=kept_secret("secret-key", length=64) if AT_HOME else None,
    example="the output of: openssl rand -base64 48",
)
if len(SECRET_KEY) < 50:
    raise SystemExit("SECRET_KEY is too short: it has at least 50 characters nobody can guess.")

ALLOWED_HOSTS = [
    host.strip()
    for host in environment(
        "ALLOWED_HOSTS",
        default="localhost,127.0.0.1,[::1]" if AT_HOME else None,
        example="par.example.vn,www.par.example.vn",
    ).split(",")
]

INSTALLED_APPS = [
    "accounts",
    "units",
    "scorecards",
    "commitments",
    "freshness",
    "django_tables2",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Whoever has a public page, or asks for one that is stored, is answered here.
    "freshness.pages.PublishedPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # An answer that has not changed is not sent again.
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "reform_portal.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Names and not addresses: whoever reads English is led to the English pages.
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 12 * 60 * 60  # one working day, so that nobody is thrown out over lunch

# Languages. Numbers are written by our own code (years are never grouped), dates by these formats.

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "reform_portal" / "locale"]
FORMAT_MODULE_PATH = "reform_portal.formats"
TIME_ZONE = "Asia/Ho_Chi_Minh"

# Public pages as they were last made: a few thousand of some ten thousand bytes in each process.

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 3000},
    },
}

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "reform_portal.static_files.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "reform_portal.static_files.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Security

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [
            SELF,
            # plotly.js adds two <style> elements: one empty and filled by script, one for its maps.
            # The second hash belongs to plotly.js 4.1; a browser test tells when it changes.
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
            "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='",
        ],
        "img-src": [SELF, "data:", "blob:"],  # blob: is plotly.js drawing a chart to download
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS = [
    # To be in the browsers' own list is a decision for the whole domain, not for one portal in it.
    "security.W021",
]

# One page of the entry grid: 50 units × 95 criteria, each with the value typed and the value it was
# typed over; Django stops at 1,000 fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Logging: to standard error, where the service manager picks it up.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own handlers send mail nobody set up; everything goes through the root.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Scanners ask for every host there is; each would leave a trace of forty lines.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Seven lines for every PDF.
        "weasyprint.progress": {"level": "WARNING"},
    },
}
