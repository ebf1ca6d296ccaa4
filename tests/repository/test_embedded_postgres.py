"""The embedded server under rough treatment, in throw-away copies of the module that runs it."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2
import pytest

from reform_portal import embedded_postgres

pytestmark = pytest.mark.slow

AS_ROOT = os.geteuid() == 0
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
COUNT = """
import psycopg2
from reform_portal import embedded_postgres
with embedded_postgres.running():
    with psycopg2.connect(embedded_postgres.url()) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE IF NOT EXISTS visit (id serial)")
        cursor.execute("INSERT INTO visit DEFAULT VALUES")
        cursor.execute("SELECT count(*) FROM visit")
        print(cursor.fetchone()[0])
    connection.close()
"""
STAY = """
import sys
from reform_portal import embedded_postgres
with embedded_postgres.running():
    print("ready", flush=True)
    sys.stdin.readline()
"""


@contextlib.contextmanager
def throw_away_repository(name="portal"):
    """A folder with nothing but the module, which takes its place from where it lies."""
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    folder.chmod(0o755)  # PostgreSQL's account may pass; pytest's own folders are closed to it
    repository = folder / name
    package = repository / "reform_portal"
    package.mkdir(parents=True)
    for file in ("__init__.py", "embedded_postgres.py"):
        shutil.copy(Path(embedded_postgres.__file__).with_name(file), package)
    try:
        yield repository
    finally:
        for pid in servers(repository):
            os.kill(pid, signal.SIGKILL)
        short = f"reform-portal-*-{embedded_postgres._fingerprint(home(repository))}"
        for leftover in (folder, outside(repository), *Path("/tmp").glob(short)):
            shutil.rmtree(leftover, ignore_errors=True)


@pytest.fixture(scope="module")
def repository():
    with throw_away_repository() as repository:
        run(repository, "from reform_portal import embedded_postgres as e\nwith e.running(): pass")
        yield repository


def outside(repository):
    return embedded_postgres.OUTSIDE / embedded_postgres._fingerprint(repository)


def home(repository):
    inside = repository / "var" / "postgres"
    return inside if inside.exists() else outside(repository)


def options(repository):
    environment = {**ENVIRONMENT, "PYTHONPATH": str(repository)}
    return {"env": environment, "text": True, "cwd": repository}


def run(repository, script):
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=60, **options(repository)
    )


def count(repository):
    result = run(repository, COUNT)
    assert result.returncode == 0, result.stderr
    return int(result.stdout)


@contextlib.contextmanager
def staying(repository):
    """A command that needs the server until it is told to end."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", STAY], **pipes, **options(repository)) as process:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        yield process
        if process.poll() is None:
            process.communicate("\n")


def servers(repository):
    """The living processes that work in the repository's data folder."""
    data = home(repository) / "data"
    return [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if data.exists() and embedded_postgres._serves(process, data)
    ]


def postmaster(repository):
    return int((home(repository) / "data" / "postmaster.pid").read_text().split("\n")[0])


def test_first_start_creates_the_database_and_says_where():
    with throw_away_repository() as repository:
        result = run(repository, COUNT)

        assert (result.stdout, result.stderr, servers(repository)) == (
            "1\n",
            f"Creating the embedded PostgreSQL database in {repository}/var/postgres/data …\n",
            [],
        )


def test_data_is_kept_and_no_process_is_left(repository):
    first = count(repository)

    assert count(repository) == first + 1
    assert servers(repository) == []


def test_commands_at_once_share_one_server(repository):
    with staying(repository) as first:
        server = postmaster(repository)
        with staying(repository):
            assert postmaster(repository) == server
            first.communicate("\n")
            assert count(repository) > 0
            assert postmaster(repository) == server

    assert servers(repository) == []


def test_ten_starts_at_once_make_one_server(repository):
    with contextlib.ExitStack() as stack:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        processes = [
            stack.enter_context(
                subprocess.Popen([sys.executable, "-c", STAY], **pipes, **options(repository))
            )
            for _ in range(10)
        ]
        assert [process.stdout.readline() for process in processes] == ["ready\n"] * 10
        running = servers(repository)
        started_by = [Path(f"/proc/{pid}/stat").read_text().split()[3] for pid in running]
        for process in processes:
            process.communicate("\n")

    # All but one are children of that one.
    assert sum(int(parent) not in running for parent in started_by) == 1
    assert servers(repository) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_told_to_end_stops_the_server(repository, number):
    with staying(repository) as process:
        process.send_signal(number)
        process.wait(timeout=60)

    assert servers(repository) == []


def test_server_survives_its_killed_owner_and_the_next_one_stops_it(repository):
    with staying(repository) as process:
        server = postmaster(repository)
        process.kill()
    assert postmaster(repository) == server

    count(repository)

    assert servers(repository) == []


def test_killed_server_starts_again_with_its_data(repository):
    before = count(repository)
    with staying(repository):
        os.kill(postmaster(repository), signal.SIGKILL)
        assert count(repository) == before + 1

    assert servers(repository) == []


def test_number_of_the_dead_server_given_to_another_program(repository):
    before = count(repository)
    owner = home(repository).joinpath("data").stat()
    rights = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if AS_ROOT else {}
    with staying(repository):
        lock = (home(repository) / "data" / "postmaster.pid").read_text()
        os.kill(postmaster(repository), signal.SIGKILL)
    with subprocess.Popen(["sleep", "60"], **rights) as another:
        stale = home(repository) / "data" / "postmaster.pid"
        stale.write_text(f"{another.pid}\n{lock.partition(chr(10))[2]}")
        os.chown(stale, owner.st_uid, owner.st_gid)

        assert count(repository) == before + 1
        another.kill()


def test_half_made_data_folder_is_made_anew():
    with throw_away_repository() as repository:
        draft = repository / "var" / "postgres" / "data.draft"
        draft.mkdir(parents=True)
        (draft / "PG_VERSION").write_text("18\n")

        assert count(repository) == 1


def test_data_of_another_version_is_named_in_one_sentence():
    with throw_away_repository() as repository:
        data = repository / "var" / "postgres" / "data"
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("15\n")

        result = run(repository, COUNT)

        assert result.returncode == 1
        assert result.stderr == (
            f"{data} was made by PostgreSQL 15 and this portal brings 18: move the folder away to "
            "start with a new database, or set DATABASE_URL.\n"
        )


@pytest.mark.parametrize("name", ["x" * 90, "a, b", "it's “Tây Ninh” \\ 100 %"])
def test_any_path_will_do(name):
    with throw_away_repository(name) as repository:
        assert [count(repository), count(repository)] == [1, 2]


def test_folder_somebody_else_made_for_the_socket_is_refused():
    with throw_away_repository("x" * 90) as repository:
        url = run(repository, "from reform_portal import embedded_postgres as e\nprint(e.url())")
        socket = Path(url.stdout.strip().partition("?host=")[2])
        socket.mkdir()
        socket.chmod(0o777)

        result = run(repository, COUNT)

        assert (result.returncode, result.stderr) == (
            1,
            f"{socket} belongs to somebody else: remove it and try again.\n",
        )


def test_only_the_server_s_account_enters_its_folders(repository):
    folders = [home(repository) / "data", home(repository) / "socket"]

    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700, 0o700]
    assert {folder.stat().st_uid for folder in folders} == {
        embedded_postgres._place().owner_id if AS_ROOT else os.geteuid()
    }


@pytest.mark.skipif(not AS_ROOT, reason="this run is one by a normal user already")
def test_normal_user_s_server_serves_root_too_and_stays_the_user_s():
    nobody = pwd.getpwnam("nobody")
    rights = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    # The interpreter of the virtual environment may lie in root's home; the system's does not.
    python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if not Path(python).exists():
        pytest.skip(f"a normal user needs {python}")
    with throw_away_repository() as repository:
        os.chown(repository, nobody.pw_uid, nobody.pw_gid)
        user = options(repository)
        user["env"]["PYTHONPATH"] += f":{Path(psycopg2.__file__).parent.parent}"

        def count_as_user():
            return subprocess.run(
                [python, "-c", COUNT], capture_output=True, **user, **rights
            ).stdout

        visits = [count_as_user(), f"{count(repository)}\n", count_as_user()]

        assert visits == ["1\n", "2\n", "3\n"]
        assert (home(repository) / "data").owner() == "nobody"


@pytest.mark.skipif(not AS_ROOT, reason="only root can read where another account cannot")
def test_repository_that_the_server_s_account_cannot_enter():
    with throw_away_repository() as repository:
        repository.parent.chmod(0o700)

        assert [count(repository), count(repository)] == [1, 2]
        assert not (repository / "var").exists()
        assert repository.parent.stat().st_mode & 0o777 == 0o700
        assert servers(repository) == []


def test_forked_child_leaves_the_server_to_its_parent(repository):
    result = run(
        repository,
        "import os, sys, psycopg2\n"
        "from reform_portal import embedded_postgres as e\n"
        "with e.running():\n"
        "    if os.fork() == 0: sys.exit()\n"
        "    os.wait()\n"
        "    psycopg2.connect(e.url()).close()\n"
        "    print('still up')\n",
    )

    assert result.stdout == "still up\n"


def test_nothing_starts_where_another_server_is_named(monkeypatch):
    with throw_away_repository() as repository:
        monkeypatch.setitem(ENVIRONMENT, "DATABASE_URL", "postgresql://nobody@nowhere/nothing")

        result = run(
            repository, "from reform_portal import embedded_postgres as e\nwith e.running(): pass"
        )

        assert (result.returncode, list(repository.iterdir())) == (
            0,
            [repository / "reform_portal"],
        )
