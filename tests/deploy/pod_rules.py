"""What is asked of every Pod and container; each rule says who breaks it and how."""

from typing import Any

from tests.deploy.rendering import Object, Objects, each_container, name, of, pods

RESTRICTED = {"enforce", "audit", "warn"}
HOST = ("hostNetwork", "hostPID", "hostIPC")
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
Wanted = dict[str, Any]


def _differing(wanted: Wanted, given: Object) -> list[str]:
    return [field for field, value in wanted.items() if given.get(field) != value]


def namespace_is_restricted(found: Objects) -> list[str]:
    """Pod Security "restricted", and nothing outside of the one namespace."""
    faults = []
    for item in found:
        if item["kind"] != "Namespace" and item["metadata"].get("namespace") != "lotse":
            faults.append(f"{name(item)}: not in the namespace")
    for space in of(found, "Namespace"):
        labels = space["metadata"]["labels"]
        for mode in sorted(RESTRICTED):
            if labels.get(f"pod-security.kubernetes.io/{mode}") != "restricted":
                faults.append(f"{name(space)}: {mode} is not restricted")
    return faults


def pods_are_unprivileged(found: Objects) -> list[str]:
    """No root, no host, the runtime's seccomp profile."""
    faults = []
    for pod in pods(found):
        context = pod.spec.get("securityContext", {})
        faults += [f"{pod.owner}: {field}" for field in _differing({"runAsNonRoot": True}, context)]
        for field in ("runAsUser", "runAsGroup", "fsGroup"):
            if not isinstance(context.get(field), int) or context[field] < 1:
                faults.append(f"{pod.owner}: {field}")
        if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
            faults.append(f"{pod.owner}: seccompProfile")
        faults += [f"{pod.owner}: {field}" for field in HOST if pod.spec.get(field)]
        faults += [f"{pod.owner}: hostPath" for volume in pod.volumes() if "hostPath" in volume]
    return faults


def containers_are_unprivileged(found: Objects) -> list[str]:
    """No capability, no way to more rights, and nothing of the Pod's own undone."""
    wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    faults = []
    for where, container in each_container(found):
        context = container.get("securityContext", {})
        faults += [f"{where}: {field}" for field in _differing(wanted, context)]
        faults += [f"{where}: {field}" for field in sorted(set(context) - set(wanted))]
        faults += [f"{where}: hostPort" for port in container.get("ports", []) if "hostPort" in port]
    return faults


def what_may_be_written_is_bounded(found: Objects) -> list[str]:
    """The root is read-only, so there is a /tmp; and no emptyDir can fill the node."""
    faults = []
    for pod in pods(found):
        for volume in pod.volumes():
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                faults.append(f"{pod.owner}: emptyDir {volume['name']} has no sizeLimit")
        if "/tmp" not in {mount["mountPath"] for mount in pod.main.get("volumeMounts", [])}:
            faults.append(f"{pod.owner}: no /tmp")
    return faults


def images_are_named(found: Objects) -> list[str]:
    """A tag or digest of its own, and no registry's host: where images come from is the operator's."""
    faults = []
    for where, container in each_container(found):
        image = container["image"]
        tag = image.partition("@")[2] or image.rpartition("/")[2].partition(":")[2]
        if tag in ("", "latest"):
            faults.append(f"{where}: {image} has no tag of its own")
        if "." in image.partition("/")[0] and "/" in image:
            faults.append(f"{where}: {image} names a registry")
        if container.get("imagePullPolicy") != "IfNotPresent":
            faults.append(f"{where}: imagePullPolicy")
    return faults


def nobody_talks_to_the_cluster(found: Objects) -> list[str]:
    """No token, no rights, an identity for each workload, no environment full of other services."""
    identities = {item["metadata"]["name"]: item for item in of(found, "ServiceAccount")}
    faults = [
        f"{name(item)}: a token" for item in identities.values() if item.get("automountServiceAccountToken", True)
    ]
    for pod in pods(found):
        wanted = {"automountServiceAccountToken": False, "enableServiceLinks": False}
        faults += [f"{pod.owner}: {field}" for field in _differing(wanted, pod.spec)]
        if pod.spec.get("serviceAccountName") not in identities:
            faults.append(f"{pod.owner}: no ServiceAccount of its own")
    rights = of(found, "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
    return faults + [f"{name(item)}: rights that nobody uses" for item in rights]


def resources_are_said(found: Objects) -> list[str]:
    """Requests for all three and limits for what cannot be compressed; servers get what they ask for and no more."""
    faults = []
    for where, container in each_container(found):
        resources = container.get("resources", {})
        asked, most = resources.get("requests", {}), resources.get("limits", {})
        faults += [
            f"{where}: no request for {what}" for what in ("cpu", "memory", "ephemeral-storage") if what not in asked
        ]
        faults += [f"{where}: no limit of {what}" for what in ("memory", "ephemeral-storage") if what not in most]
        if where.startswith("StatefulSet/") and asked != most:
            faults.append(f"{where}: limits are not the requests")
    return faults


def probes_are_there(found: Objects) -> list[str]:
    """All three for what serves, by the port's name; being alive depends on nothing else."""
    faults = []
    for pod in pods(found):
        if pod.kind == "Job":
            continue
        faults += [f"{pod.owner}: no {probe}" for probe in PROBES if probe not in pod.main]
        ports = {port["name"] for port in pod.main["ports"]}
        for probe in PROBES:
            asked = pod.main.get(probe, {})
            how = asked.get("httpGet") or asked.get("tcpSocket")
            if how and how["port"] not in ports:
                faults.append(f"{pod.owner}: {probe} asks port {how['port']}")
        alive = pod.main.get("livenessProbe", {})
        if "exec" in alive or "/readyz" in alive.get("httpGet", {}).get("path", ""):
            faults.append(f"{pod.owner}: livenessProbe depends on others")
    return faults


def secrets_are_files(found: Objects) -> list[str]:
    """An environment is shown by `kubectl describe`, inherited by children and dumped by crashes."""
    faults = []
    for where, container in each_container(found):
        for source in container.get("envFrom", []):
            faults += [f"{where}: envFrom {kind}" for kind in source if kind == "secretRef"]
        for variable in container.get("env", []):
            if "secretKeyRef" in variable.get("valueFrom", {}):
                faults.append(f"{where}: {variable['name']} from a Secret")
            if (
                any(word in variable["name"] for word in ("PASSWORD", "DATABASE_URL"))
                and "FILE" not in variable["name"]
            ):
                faults.append(f"{where}: {variable['name']} in the environment")
    return faults
