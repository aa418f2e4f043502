"""Who may do what on the embedded bus, and what exists there: as kit says, with this directory's passwords."""

from collections.abc import Callable

from cli.local.nats import Account, User


def accounts(password: Callable[[str], str]) -> list[Account]:
    """Kit's users with their allow-lists; `password` gives the one called `nats-<user>`."""
    from libs.kit.streams import permissions

    return [Account([User(name, password(f"nats-{name}"), allowed) for name, allowed in permissions().items()])]


async def provision_bus(url: str, user: str, password: str) -> list[str]:
    """Make the streams and consumers what kit says, as a user who may; returns the names of those that changed."""
    from libs.kit.connection import close, connect
    from libs.kit.provision import provision

    client = await connect(url, user, password, "provisioner")
    try:
        return [change.what for change in await provision(client)]
    finally:
        await close(client)
