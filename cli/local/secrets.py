"""Passwords and keys of one data directory: made once, kept in files that only their owner reads."""

import os
import secrets
from pathlib import Path

KEYS = ("permalink", "idempotency", "cursor", "codes", "contacts")
KEY_BYTES = 32


class Secrets:
    """`folder` holds one file per password, and `keys/<name>.key` with 32 random bytes each."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.keys = folder / "keys"

    def password(self, name: str) -> str:
        """The password called so, for example `nats-intake` or `postgres-intake_owner`: 32 URL-safe characters."""
        return _once(self.folder / name, secrets.token_urlsafe(24).encode()).decode()

    def make_keys(self) -> Path:
        """The folder with every key a service may ask for: its `KEYS_DIR`."""
        self.keys.mkdir(mode=0o700, exist_ok=True)
        for name in KEYS:
            _once(self.keys / f"{name}.key", secrets.token_bytes(KEY_BYTES))
        return self.keys


def _once(path: Path, fresh: bytes) -> bytes:
    """What the file holds, or `fresh` when there was none. Written beside and moved, so that nobody reads half a
    secret."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.new")
        write_private(draft, fresh)
        draft.replace(path)
    return path.read_bytes()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
