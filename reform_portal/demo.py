"""The whole portal on this machine: ``make demo``, or ``.venv/bin/python -m reform_portal.demo``.

Everything runs in one process with gunicorn's workers as its only children, so that whatever ends
it (Ctrl-C, SIGTERM, even kill -9) ends the server too, and the database goes with its last user.
"""

import http.client
import io
import os
import signal
import socket
import sys
import textwrap
import threading
import time
from pathlib import Path

from gunicorn.app.base import BaseApplication

from reform_portal import embedded_postgres
from reform_portal.kept import kept_secret

HOST = "127.0.0.1"
ADMINISTRATOR = "quantri"
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def main():
    port = free_port(os.environ.get("PORT") or "8000")
    configure()
    with embedded_postgres.running():
        prepare()
        Demo(port).run()


def free_port(text):
    """Return the port to serve on; exit with a sentence if ``text`` is none or it is taken."""
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        sys.exit(f"PORT is “{text}”: give a number from 1 to 65535, as in: make demo PORT=8001")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError as error:
            sys.exit(
                f"Port {text} cannot be used ({error.strerror.lower()}): give another one, as in: "
                f"make demo PORT={int(text) % 65535 + 1}"
            )
    return int(text)


def configure():
    """Serve as in production, but over plain http and to this machine alone."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "reform_portal.settings"
    os.environ["DEBUG"] = os.environ["HTTPS"] = "off"
    os.environ.setdefault("SECRET_KEY", kept_secret("secret-key", length=64))
    os.environ["ALLOWED_HOSTS"] = f"{HOST},localhost"


def prepare():
    """Bring database, static files, real data and the administrator up to date."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    # Besides, this imports every page before the workers are forked.
    call_command("check", stdout=io.StringIO())
    say("Database: applying migrations")
    call_command("migrate", verbosity=0)
    say("Static files: collecting and compressing (about 15 seconds the first time)")
    call_command("collectstatic", interactive=False, verbosity=0)
    for folder in sorted(FIXTURES.glob("*/authority.toml")):
        say(f"Data: fixtures/{folder.parent.name}")
        loaded = io.StringIO()
        call_command("load_authority", folder.parent, stdout=loaded)
        if folder.with_name("commitments.toml").is_file():
            call_command("load_commitments", folder.parent, stdout=loaded)
        say(textwrap.indent(loaded.getvalue().strip() or "nothing new", "  "))
    ensure_administrator()
    # The workers are forked from this process and must not share its connection.
    connections.close_all()


def ensure_administrator():
    from django.contrib.auth import get_user_model

    accounts = get_user_model().objects
    if not accounts.filter(username=ADMINISTRATOR).exists():
        accounts.create_superuser(ADMINISTRATOR, password=password())


def password():
    return kept_secret("demo-password", length=16)


def announce(port):
    """Print where the portal is and how to sign in, as soon as it answers."""
    while not answers(port):
        time.sleep(0.1)
    address = f"http://{HOST}:{port}"
    say(
        f"\nThe portal is at {address}\n"
        f"Administration: {address}/quan-tri/ (name: {ADMINISTRATOR}, password: {password()})\n"
        "Ctrl-C stops it; the data stays for the next start."
    )


def answers(port):
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", "/")
        connection.getresponse()
        return True
    except OSError:
        return False
    finally:
        connection.close()


def say(text):
    print(text, flush=True)


def end_with_the_terminal(server):
    """Stop when the terminal is closed; a gunicorn that runs as a service would reload."""
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


class Demo(BaseApplication):
    """gunicorn with its workers set for one machine."""

    def __init__(self, port):
        self.port = port
        super().__init__()

    def load_config(self):
        settings = {
            "bind": f"{HOST}:{self.port}",
            "workers": 2,
            "worker_class": "gthread",
            "threads": 4,
            "preload_app": True,
            "graceful_timeout": 3,  # Ctrl-C does not wait for browsers that keep a connection open
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": end_with_the_terminal,
            "post_worker_init": self.worker_is_ready,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self):
        from django.core.wsgi import get_wsgi_application

        return get_wsgi_application()

    def worker_is_ready(self, worker):
        if worker.age == 1:
            threading.Thread(target=announce, args=[self.port], daemon=True).start()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # before the server, which ends by itself
        sys.exit("Stopped; the next start goes on from here.")
