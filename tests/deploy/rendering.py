"""Overlays as kubectl builds them, and the ways into their objects that the rules need."""

import copy
import functools
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
K8S = ROOT / "deploy" / "k8s"
OVERLAYS = ("base", "overlays/dev")
Object = dict[str, Any]
Objects = list[Object]
Rule = Callable[[Objects], list[str]]
DROP = object()


def kubectl() -> str:
    """The wheel's kubectl, else one on the path; without any the test is skipped."""
    own = Path(sysconfig.get_path("scripts")) / "kubectl"
    found = str(own) if own.exists() else shutil.which("kubectl")
    if found is None:
        pytest.skip("kubectl is not installed")
    return found


@functools.cache
def rendered(overlay: str) -> str:
    """What `kubectl kustomize` prints. Raises `CalledProcessError` when the overlay does not build."""
    command = [kubectl(), "kustomize", str(K8S / overlay)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@functools.cache
def _parsed(overlay: str) -> Objects:
    return [found for found in yaml.load_all(rendered(overlay), _loader()) if found]


def _loader() -> Any:
    # The one in C is ten times as fast.
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def objects(overlay: str) -> Objects:
    """The overlay's objects, to be changed at will."""
    return copy.deepcopy(_parsed(overlay))


def planted(overlay: str, who: str, path: str, value: Any) -> Objects:
    """The overlay with one thing changed: `who` is Kind/name, `path` has dots and numbers, `DROP` removes."""
    found = objects(overlay)
    at: Any = one(found, who)
    *way, last = (int(step) if step.isdigit() else step.replace("~", ".") for step in path.split("."))
    for step in way:
        at = at[step]
    if value is DROP:
        del at[last]
    else:
        at[last] = value
    return found


def name(found: Object) -> str:
    return f"{found['kind']}/{found['metadata']['name']}"


def one(found: Objects, who: str) -> Object:
    """The object called Kind/name, whether or not a hash follows the name."""
    (match,) = [item for item in found if name(item) == who or name(item).rpartition("-")[0] == who]
    return match


def of(found: Objects, *kinds: str) -> Objects:
    return [item for item in found if item["kind"] in kinds]


@dataclass(frozen=True)
class Pod:
    """A Pod as its workload makes it."""

    owner: str
    kind: str
    labels: dict[str, str]
    spec: Object

    @property
    def containers(self) -> list[Object]:
        """All of them, sidecars too."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def main(self) -> Object:
        return dict(self.spec["containers"][0])

    def volumes(self) -> list[Object]:
        return list(self.spec.get("volumes", []))


def pods(found: Objects) -> list[Pod]:
    return list(_pods(found))


def _pods(found: Objects) -> Iterator[Pod]:
    for item in of(found, "Deployment", "StatefulSet", "Job"):
        template = item["spec"]["template"]
        yield Pod(name(item), item["kind"], template["metadata"]["labels"], template["spec"])


def each_container(found: Objects) -> Iterator[tuple[str, Object]]:
    """(where, container) of every container of every Pod."""
    for pod in pods(found):
        for container in pod.containers:
            yield f"{pod.owner} {container['name']}", container
