"""Which servers the tests use: the ones that DATABASE_URL and NATS_URL name, else containers where a Docker engine
answers, else the wheels."""

import os
from pathlib import Path
from typing import Literal

Kind = Literal["given", "docker", "wheel"]


def postgres_kind() -> Kind:
    return "given" if given_postgres() else _started()


def nats_kind() -> Kind:
    return "given" if os.environ.get("NATS_URL") else _started()


def given_postgres() -> str | None:
    """An administrator's address."""
    return os.environ.get("ADMIN_DATABASE_URL") or os.environ.get("DATABASE_URL")


def _started() -> Kind:
    return "docker" if docker_answers() else "wheel"


def docker_answers() -> bool:
    """Whether there is a Docker engine, and LOTSE_TESTS_DOCKER is not 0."""
    if os.environ.get("LOTSE_TESTS_DOCKER") == "0":
        return False
    if "DOCKER_HOST" not in os.environ and not Path("/var/run/docker.sock").exists():
        return False
    import docker
    from docker.errors import DockerException

    try:
        return bool(docker.from_env(timeout=3).ping())
    except DockerException:
        return False
