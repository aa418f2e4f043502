"""What a Pod is told is what a service reads; the four services are told alike; the numbers fit each other."""

import base64
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from cli.local.postgres import SERVER
from libs.contracts.envelope import SERVICES
from libs.edge.main import GRACE_SECONDS
from libs.kit.running import DRAIN_SECONDS
from libs.kit.settings import Settings, load
from libs.kit.streams import PROVISIONER
from tests.deploy.rendering import K8S, ROOT, Objects, Pod, each_container, name, objects, of, one, pods
from tests.deploy.workload_rules import references

ASKED = re.compile(r'\.key\("([a-z]+)"\)')
# Beside its pool a service holds a connection for each of its two leaders, and one while it looks at its migrations.
BESIDE_THE_POOL = 3


def pod_of(found: Objects, owner: str) -> Pod:
    (match,) = [pod for pod in pods(found) if pod.owner == owner]
    return match


def environment(found: Objects, owner: str) -> dict[str, str]:
    pod = pod_of(found, owner)
    told: dict[str, str] = dict(one(found, "ConfigMap/lotse-env")["data"])
    return told | {variable["name"]: variable["value"] for variable in pod.main.get("env", [])}


def mounted(found: Objects, owner: str) -> dict[str, bytes]:
    """File → content of every Secret that a Pod mounts."""
    files: dict[str, bytes] = {}
    for kind, called, keys in references(pod_of(found, owner)):
        if kind == "Secret":
            (secret,) = [item for item in of(found, "Secret") if item["metadata"]["name"] == called]
            files |= {key: base64.b64decode(raw) for key, raw in secret["data"].items() if key in keys or not keys}
    return files


def settings(found: Objects, owner: str, service: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What the service reads in that Pod."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    for variable, value in environment(found, owner).items():
        monkeypatch.setenv(variable, value)
    for file, raw in mounted(found, owner).items():
        (folder / file).write_bytes(raw)
    return load(service, str(folder))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_with_what_its_pod_is_told(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = settings(objects("overlays/dev"), f"Deployment/{service}", service, tmp_path, monkeypatch)
    assert told.database_url.get_secret_value().startswith(f"postgresql://{service}:")
    assert (told.nats_user, told.environment, told.http_host) == (service, "development", "0.0.0.0")
    assert told.migration_database_url is None


@pytest.mark.parametrize("service", SERVICES)
def test_a_migration_knows_both_roles_and_nothing_of_the_bus(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = settings(objects("overlays/dev"), f"Job/{service}-migrate", service, tmp_path, monkeypatch)
    assert told.migration_database_url is not None
    assert told.migration_database_url.get_secret_value().startswith(f"postgresql://{service}_owner:")
    assert told.nats_password.get_secret_value() == ""


def test_the_base_starts_with_no_issuer_but_the_operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = objects("base")
    assert of(base, "Secret") == []
    (tmp_path / "DATABASE_URL").write_text("postgresql://intake@postgres/intake")
    monkeypatch.delenv("OIDC_ISSUER", raising=False)
    for variable, value in environment(base, "Deployment/intake").items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit, match="OIDC_ISSUER must be https when LOTSE_ENV is production"):
        load("intake", str(tmp_path))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_finds_every_key_it_asks_for_and_no_other(service: str) -> None:
    code = [path.read_text() for folder in ("libs", f"services/{service}") for path in (ROOT / folder).rglob("*.py")]
    asked = {f"{key}.key" for text in code for key in ASKED.findall(text)}
    there = mounted(objects("overlays/dev"), f"Deployment/{service}")
    assert {file for file in there if file.endswith(".key")} == asked
    assert all(len(there[key]) >= 32 for key in asked)


def test_both_sides_know_the_same_passwords() -> None:
    found = objects("overlays/dev")
    bus = yaml.safe_load(mounted(found, "StatefulSet/nats")["passwords.conf"])
    roles = {role: raw.decode() for role, raw in mounted(found, "StatefulSet/postgres").items()}
    assert set(bus) == {f"{user.upper()}_PASSWORD" for user in (*SERVICES, PROVISIONER)}
    assert set(roles) == {"postgres", *SERVICES, *(f"{service}_owner" for service in SERVICES)}
    assert mounted(found, "Job/bus-provision")["NATS_PASSWORD"].decode() == bus["PROVISIONER_PASSWORD"]
    for service in SERVICES:
        own = mounted(found, f"Deployment/{service}") | mounted(found, f"Job/{service}-migrate")
        assert own["NATS_PASSWORD"].decode() == bus[f"{service.upper()}_PASSWORD"]
        for role, setting in ((service, "DATABASE_URL"), (f"{service}_owner", "MIGRATION_DATABASE_URL")):
            assert own[setting].decode() == f"postgresql://{role}:{roles[role]}@postgres:5432/{service}"


def test_no_service_mounts_what_is_anothers() -> None:
    """A runtime Pod has no owner's address, and shares no Secret but the development issuer's key."""
    mounts = {
        pod.owner: {called for kind, called, _ in references(pod) if kind == "Secret"}
        for pod in pods(objects("overlays/dev"))
    }
    running = [mounts[f"Deployment/{service}"] for service in SERVICES]
    assert {secret.rpartition("-")[0] for secret in set.intersection(*running)} == {"dev-issuer"}
    assert sum(len(own) for own in running) == len(set.union(*running)) + len(SERVICES) - 1
    assert not [secret for own in running for secret in own if "-owner-" in secret]


def test_the_four_services_differ_in_their_names_only() -> None:
    folders = [K8S / "base" / service for service in SERVICES]
    assert {path.name for path in (K8S / "base").iterdir() if path.is_dir()} == set(SERVICES)
    first = {path.name: path.read_text().replace(folders[0].name, "SERVICE") for path in folders[0].iterdir()}
    for folder in folders[1:]:
        assert {path.name: path.read_text().replace(folder.name, "SERVICE") for path in folder.iterdir()} == first


def test_a_stop_takes_less_than_a_pod_is_given() -> None:
    for item in of(objects("base"), "Deployment"):
        spec = item["spec"]["template"]["spec"]
        pause = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        # The bus's subscribers, its connection and the database let go one after the other.
        assert pause + GRACE_SECONDS + 3 * DRAIN_SECONDS < spec["terminationGracePeriodSeconds"], name(item)


def test_high_availability_is_claimed_in_the_base_and_not_for_development() -> None:
    assert {item["spec"]["replicas"] for item in of(objects("base"), "Deployment")} == {2}
    assert {item["spec"]["replicas"] for item in of(objects("overlays/dev"), "Deployment")} == {1}


def test_the_database_takes_every_connection_while_all_services_roll() -> None:
    found = objects("overlays/dev")
    arguments = pod_of(found, "StatefulSet/postgres").main["args"]
    given = dict(option.split("=", 1) for option in arguments if option != "-c")
    each = Settings.model_fields["database_pool"].default + BESIDE_THE_POOL
    rolling = sum(item["spec"]["replicas"] + 1 for item in of(found, "Deployment"))
    assert rolling * each < int(given["max_connections"])
    # And its log is as silent about what somebody typed as the embedded server's.
    assert {option: value for option, value in SERVER.items() if option.startswith("log_")}.items() <= given.items()


def test_one_release_is_named_everywhere() -> None:
    release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    own = [(where, container["image"]) for where, container in each_container(objects("base"))]
    assert {image.rpartition(":")[2] for _, image in own} == {release}
    labels = {item["metadata"]["labels"]["app.kubernetes.io/version"] for item in objects("base")}
    assert labels == {release}


def test_what_is_built_for_development_is_what_runs_there() -> None:
    images = {container["image"] for _, container in each_container(objects("overlays/dev"))}
    ours = {image for image in images if image.startswith("lotse-")}
    assert ours == {*(f"lotse-{service}:dev" for service in SERVICES), "lotse-dev-issuer:dev"}
    assert images - ours == {"nats:2.15", "postgres:16"}
