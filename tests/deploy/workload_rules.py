"""What is asked of workloads and of what goes with them: rollouts, budgets, labels, Services, Jobs, settings."""

import re
from typing import Any

from libs.kit.settings import Settings
from tests.deploy.rendering import Object, Objects, Pod, name, of, pods

LABELS = tuple(f"app.kubernetes.io/{label}" for label in ("name", "component", "part-of", "version"))
HASHED = re.compile(r"-[a-z0-9]{10}$")
REPLACED = {
    "kustomize.toolkit.fluxcd.io/force": "enabled",
    "argocd.argoproj.io/sync-options": "Force=true,Replace=true",
}
DISRUPTION = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}
# What kit reads besides the settings of a service.
READ_ELSEWHERE = {"LOTSE_SECRETS_DIR"}


def _matches(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return bool(selector) and selector.items() <= labels.items()


def rollouts_lose_nobody(found: Objects) -> list[str]:
    """A new Pod serves before an old one goes, and one that never gets ready is reported."""
    faults = []
    for item in of(found, "Deployment"):
        spec = item["spec"]
        if spec["strategy"] != {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}:
            faults.append(f"{name(item)}: strategy")
        faults += [
            f"{name(item)}: {field}"
            for field in ("minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit")
            if not spec.get(field)
        ]
        if not spec["template"]["spec"]["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep"):
            faults.append(f"{name(item)}: no pause before it stops")
    return faults


def pods_are_spread(found: Objects) -> list[str]:
    """Over zones and hosts, each rollout by itself."""
    faults = []
    for item in of(found, "Deployment"):
        template = item["spec"]["template"]
        by_key = {rule["topologyKey"]: rule for rule in template["spec"].get("topologySpreadConstraints", [])}
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname"):
            rule = by_key.get(key, {})
            own = _matches(rule.get("labelSelector", {}).get("matchLabels", {}), template["metadata"]["labels"])
            if not own or rule.get("matchLabelKeys") != ["pod-template-hash"]:
                faults.append(f"{name(item)}: not spread over {key}")
    return faults


def disruptions_are_budgeted(found: Objects) -> list[str]:
    """One Pod at a time may be evicted, and never none; one that is not ready and keeps nothing may always go."""
    faults = []
    budgets = {name(item): item["spec"] for item in of(found, "PodDisruptionBudget")}
    for pod in pods(found):
        if pod.kind == "Job":
            continue
        own = [budget for budget in budgets.values() if _matches(budget["selector"]["matchLabels"], pod.labels)]
        if len(own) != 1:
            faults.append(f"{pod.owner}: {len(own)} budgets")
        for budget in own:
            if budget.get("maxUnavailable") != 1:
                faults.append(f"{pod.owner}: maxUnavailable")
            if pod.kind == "Deployment" and budget.get("unhealthyPodEvictionPolicy") != "AlwaysAllow":
                faults.append(f"{pod.owner}: unhealthyPodEvictionPolicy")
    return faults


def services_lead_to_pods(found: Objects) -> list[str]:
    """Each to the Pods of one workload, by the ports' names; never to a Job's, and never to the metrics."""
    faults = []
    for item in of(found, "Service"):
        behind = [pod for pod in pods(found) if _matches(item["spec"]["selector"], pod.labels)]
        if len(behind) != 1 or behind[0].kind == "Job":
            faults.append(f"{name(item)}: leads to {', '.join(pod.owner for pod in behind) or 'nobody'}")
            continue
        ports = {port["name"] for port in behind[0].main["ports"]}
        for port in item["spec"]["ports"]:
            if port["targetPort"] not in ports:
                faults.append(f"{name(item)}: no port {port['targetPort']}")
            if port["targetPort"] == "metrics":
                faults.append(f"{name(item)}: shows the metrics")
        if item["spec"].get("type", "ClusterIP") != "ClusterIP":
            faults.append(f"{name(item)}: open to the outside")
    return faults


def services_have_metrics(found: Objects) -> list[str]:
    wanted = [pod for pod in pods(found) if pod.labels["app.kubernetes.io/component"] == "service"]
    return [f"{pod.owner}: no port metrics" for pod in wanted if "metrics" not in _ports(pod)]


def _ports(pod: Pod) -> set[str]:
    return {port["name"] for port in pod.main["ports"]}


def labels_are_whole(found: Objects) -> list[str]:
    """The four labels on every workload and its Pods; none that changes in a selector."""
    faults = []
    for item in of(found, "Deployment", "StatefulSet", "Job"):
        for labels in (item["metadata"]["labels"], item["spec"]["template"]["metadata"]["labels"]):
            faults += [f"{name(item)}: no label {label}" for label in LABELS if label not in labels]
        changing = set(item["spec"].get("selector", {}).get("matchLabels", {})) & {
            *LABELS[2:],
            "app.kubernetes.io/managed-by",
        }
        faults += [f"{name(item)}: {label} in the selector" for label in sorted(changing)]
    return faults


def jobs_end(found: Objects) -> list[str]:
    """Each by itself, however it goes; a drained node is no failure; the next release's takes its place."""
    faults = []
    for item in of(found, "Job"):
        spec, notes = item["spec"], item["metadata"].get("annotations", {})
        faults += [
            f"{name(item)}: {field}"
            for field in ("activeDeadlineSeconds", "ttlSecondsAfterFinished")
            if not spec.get(field)
        ]
        if spec.get("backoffLimit", 0) < 3:
            faults.append(f"{name(item)}: backoffLimit")
        if spec.get("podFailurePolicy", {}).get("rules") != [DISRUPTION]:
            faults.append(f"{name(item)}: podFailurePolicy")
        if not REPLACED.items() <= notes.items():
            faults.append(f"{name(item)}: cannot be replaced")
    return faults


def settings_are_known(found: Objects) -> list[str]:
    """A misspelt setting would be a default in disguise."""
    known = {field.alias for field in Settings.model_fields.values()} | READ_ELSEWHERE
    told = [
        key
        for item in of(found, "ConfigMap")
        if item["metadata"]["name"].startswith("lotse-env")
        for key in item["data"]
    ]
    for pod in pods(found):
        if pod.labels.get("app.kubernetes.io/component") in ("service", "migration"):
            told += [variable["name"] for variable in pod.main.get("env", [])]
    return [f"{key}: no such setting" for key in sorted({*told} - known) if not key.startswith("OTEL_")]


def generated_names_have_a_hash(found: Objects) -> list[str]:
    """What has changed gets another name, so that Pods roll."""
    return [name(item) for item in of(found, "ConfigMap", "Secret") if not HASHED.search(item["metadata"]["name"])]


def references(pod: Pod) -> list[tuple[str, str, list[str]]]:
    """(kind, name, keys) of everything that a Pod mounts or reads; no keys means all."""
    made: list[tuple[str, str, list[str]]] = []
    for volume in pod.volumes():
        for source in volume.get("projected", {}).get("sources", [volume]):
            made += [(kind, *_reference(source[field])) for field, kind in KINDS.items() if field in source]
    for container in pod.containers:
        made += [("ConfigMap", source["configMapRef"]["name"], []) for source in container.get("envFrom", [])]
    return made


KINDS = {"secret": "Secret", "configMap": "ConfigMap"}


def _reference(source: Object) -> tuple[str, list[str]]:
    items: list[dict[str, Any]] = source.get("items", [])
    return source.get("secretName") or source["name"], [item["key"] for item in items]


def references_lead_somewhere(found: Objects) -> list[str]:
    """Where an overlay brings its own Secrets, every one that is mounted is there, with the keys that are asked for."""
    there = {
        (item["kind"], item["metadata"]["name"]): item.get("data", {}) for item in of(found, "ConfigMap", "Secret")
    }
    faults = []
    for pod in pods(found):
        for kind, called, keys in references(pod):
            if (kind, called) not in there:
                faults.append(f"{pod.owner}: no {kind} {called}")
            faults += [
                f"{pod.owner}: {called} has no {key}" for key in keys if key not in there.get((kind, called), {})
            ]
    return faults
