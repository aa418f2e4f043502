"""The embedded PostgreSQL: the wheel's own programs, driven directly, as a foreground child. It listens on loopback
with scram passwords, and keeps nothing in its log that came with a statement."""

import asyncio
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import asyncpg

from cli.local.account import Account, programs, release, stand_in
from cli.local.child import Child, Program, said
from cli.local.ports import LOOPBACK
from cli.local.secrets import write_private
from cli.local.trouble import Trouble

ADMIN = "postgres"
MAX_SOCKET_PATH = 107
READY_SECONDS = 60.0
# builtin collation: sorting does not change when the machine's C library does, and every machine sorts alike.
INITDB = (
    f"--username={ADMIN}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
SERVER = {
    "listen_addresses": LOOPBACK,
    "max_connections": "200",
    "shared_buffers": "64MB",
    # An error goes to whoever asked, not to the log: its text can quote what somebody typed.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    # A file of the log is removed when it is not needed any more, not used again with its old bytes in it.
    "wal_recycle": "off",
}
# For tests: a crash of the machine may cost everything.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster below `folder`/postgres.

    `durable=False` is for tests only. `socket` is the folder of an additional Unix socket; it is left out where its
    path would be longer than the 107 bytes that the kernel takes.
    """

    def __init__(
        self, folder: Path, port: int, password: str, log: Path, *, durable: bool = True, socket: Path | None = None
    ) -> None:
        self.folder, self.data = folder.resolve(), folder.resolve() / "postgres"
        self.port, self.password, self.log, self.durable = port, password, log, durable
        fits = socket is not None and len(os.fsencode(socket / f".s.PGSQL.{port}")) <= MAX_SOCKET_PATH
        self.socket = socket if fits else None
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """The administrator's address; it holds the password."""
        return f"postgresql://{ADMIN}:{quote(self.password)}@{LOOPBACK}:{self.port}/postgres"

    async def start(self) -> None:
        """Make the cluster if there is none, start, and wait until it answers. Raises `Trouble`."""
        account = stand_in(self.data)
        self._check_release()
        bin_folder = await asyncio.to_thread(self._prepare, account)
        self.child = await Child.start(self._program(bin_folder / "postgres", account))
        if not await self.child.until(self._answers, READY_SECONDS):
            raise self.child.trouble(f"was not ready within {READY_SECONDS:.0f} seconds")

    async def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.child is not None:
            await self.child.stop()

    def _check_release(self) -> None:
        stamp = self.data / "PG_VERSION"
        try:
            found = stamp.read_text().strip() if self.data.exists() else None
        except PermissionError:
            raise Trouble(
                f"{self.data} belongs to another account. Start as that account, or choose another --data."
            ) from None
        ours = release().split(".")[0]
        if found is not None and found != ours:
            raise Trouble(
                f"{self.data} was written by PostgreSQL {found}, and this release of lotse brings {ours}. Dump it with"
                " the release that wrote it (pg_dumpall) and load it here, or choose another --data."
            )

    def _prepare(self, account: Account | None) -> Path:
        bin_folder = programs(account, self.folder)
        if not self.data.exists():
            self._make(bin_folder / "initdb", account)
        return bin_folder

    def _make(self, initdb: Path, account: Account | None) -> None:
        """Made beside and moved, so that an interrupted attempt leaves nothing that looks like a cluster. The password
        lies beside it for as long, readable to the account alone."""
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        (draft / "data").mkdir(mode=0o700, parents=True)
        write_private(draft / "password", self.password.encode())
        for path in (draft, draft / "data", draft / "password"):
            os.chown(path, *(account.pair if account else (-1, -1)))
        where = _seen_by(account, draft / "data")
        sync = () if self.durable else ("--no-sync",)
        _run((str(initdb), "-D", where, f"--pwfile={where}/../password", *INITDB, *sync), draft / "data", account)
        (draft / "data").rename(self.data)
        shutil.rmtree(draft)

    def _program(self, postgres: Path, account: Account | None) -> Program:
        settings = SERVER | {"port": str(self.port), "unix_socket_directories": str(self.socket or "")}
        if not self.durable:
            settings |= FORGETFUL
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            "postgres",
            (str(postgres), "-D", _seen_by(account, self.data), *options),
            self.log,
            _environment(),
            self.folder / "locks" / "postgres",
            cwd=self.data,
            user=account.pair if account else None,
            ending=signal.SIGINT,
            patience=20.0,
        )

    def _says_ready(self) -> bool:
        """Whether our own server has said so in its file: another one may be listening at our port."""
        stamp = self.data / "postmaster.pid"
        lines = stamp.read_text().split() if stamp.exists() else []
        return self.child is not None and lines[:1] == [str(self.child.pid)] and lines[-1] == "ready"

    async def _answers(self) -> bool:
        if not self._says_ready():
            return False
        try:
            connection = await asyncpg.connect(self.url, timeout=2)
        except asyncpg.InvalidPasswordError:
            raise Trouble(
                f"PostgreSQL in {self.data} has another password than {self.folder}/secrets/postgres-admin says."
                " The two belong together: restore the file, or choose another --data."
            ) from None
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True


def _run(argv: tuple[str, ...], cwd: Path, account: Account | None) -> None:
    uid, gid = account.pair if account else (None, None)
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=uid,
        group=gid,
        extra_groups=() if account else None,
    )
    if done.returncode:
        raise Trouble(f"PostgreSQL's data could not be made ({said(done.returncode)}).\n{done.stderr.strip()}")


def _seen_by(account: Account | None, data: Path) -> str:
    """The data's path for this account. Below a closed folder (`/root/...`) no path of ours can be walked, but the
    working directory was entered before root was dropped, and its kernel name needs no walking."""
    return str(data) if account is None or account.reaches(data) else "/proc/self/cwd"


def _environment() -> dict[str, str]:
    """Nothing of ours: PGHOST, PGPORT and the like would change what the programs do."""
    return {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath}
