"""The manifests build, are what Kubernetes knows, and keep every rule; each rule is seen to find what breaks it."""

import subprocess
from inspect import isfunction, signature
from pathlib import Path
from typing import Any

import pytest

from tests.deploy import pod_rules as pods
from tests.deploy import workload_rules as work
from tests.deploy.rendering import DROP, OVERLAYS, Rule, name, objects, of, planted, rendered

POD, FIRST = "spec.template.spec", "spec.template.spec.containers.0"
LABEL = "app~kubernetes~io/"
INTAKE, NATS, MIGRATION = "Deployment/intake", "StatefulSet/nats", "Job/intake-migrate"
SERVICE, BUDGET, SPACE = "Service/intake", "PodDisruptionBudget/intake", "Namespace/lotse"

# For each rule: the object, a path in it, what is put there, and what must be said about it.
PLANTED: dict[Rule, list[tuple[str, str, Any, str]]] = {
    pods.namespace_is_restricted: [
        (INTAKE, "metadata.namespace", "default", "Deployment/intake: not in the namespace"),
        (SPACE, "metadata.labels.pod-security~kubernetes~io/warn", "baseline", "Namespace/lotse: warn is not"),
    ],
    pods.pods_are_unprivileged: [
        (INTAKE, f"{POD}.securityContext.runAsUser", 0, "Deployment/intake: runAsUser"),
        (INTAKE, f"{POD}.securityContext.runAsNonRoot", DROP, "Deployment/intake: runAsNonRoot"),
        (NATS, f"{POD}.securityContext.seccompProfile", DROP, "StatefulSet/nats: seccompProfile"),
        (INTAKE, f"{POD}.hostNetwork", True, "Deployment/intake: hostNetwork"),
        (INTAKE, f"{POD}.volumes.0", {"name": "tmp", "hostPath": {"path": "/"}}, "Deployment/intake: hostPath"),
    ],
    pods.containers_are_unprivileged: [
        (INTAKE, f"{FIRST}.securityContext.allowPrivilegeEscalation", True, "service: allowPrivilegeEscalation"),
        (NATS, f"{FIRST}.securityContext.readOnlyRootFilesystem", False, "nats nats: readOnlyRootFilesystem"),
        (INTAKE, f"{FIRST}.securityContext.capabilities.drop", [], "intake service: capabilities"),
        (INTAKE, f"{FIRST}.securityContext.privileged", True, "intake service: privileged"),
        (INTAKE, f"{POD}.initContainers.0.securityContext", DROP, "intake dev-issuer: capabilities"),
    ],
    pods.what_may_be_written_is_bounded: [
        (INTAKE, f"{FIRST}.volumeMounts.0.mountPath", "/cache", "Deployment/intake: no /tmp"),
        (INTAKE, f"{POD}.volumes.0", {"name": "tmp", "emptyDir": {}}, "emptyDir tmp has no sizeLimit"),
    ],
    pods.images_are_named: [
        (INTAKE, f"{FIRST}.image", "lotse-intake:latest", "lotse-intake:latest has no tag"),
        (MIGRATION, f"{FIRST}.image", "lotse-intake", "lotse-intake has no tag"),
        (NATS, f"{FIRST}.image", "images.example.org/nats:2", "names a registry"),
        (INTAKE, f"{FIRST}.imagePullPolicy", "Always", "intake service: imagePullPolicy"),
    ],
    pods.nobody_talks_to_the_cluster: [
        ("ServiceAccount/intake", "automountServiceAccountToken", DROP, "ServiceAccount/intake: a token"),
        (INTAKE, f"{POD}.automountServiceAccountToken", True, "intake: automountServiceAccountToken"),
        (INTAKE, f"{POD}.serviceAccountName", "default", "Deployment/intake: no ServiceAccount of its own"),
        (INTAKE, f"{POD}.enableServiceLinks", DROP, "Deployment/intake: enableServiceLinks"),
        ("Service/intake", "kind", "RoleBinding", "RoleBinding/intake: rights that nobody uses"),
    ],
    pods.resources_are_said: [
        (INTAKE, f"{FIRST}.resources.requests.ephemeral-storage", DROP, "no request for ephemeral-storage"),
        (INTAKE, f"{FIRST}.resources.limits.memory", DROP, "intake service: no limit of memory"),
        (NATS, f"{FIRST}.resources.limits.cpu", "2", "nats nats: limits are not the requests"),
    ],
    pods.probes_are_there: [
        (INTAKE, f"{FIRST}.startupProbe", DROP, "Deployment/intake: no startupProbe"),
        (INTAKE, f"{FIRST}.readinessProbe.httpGet.port", 8000, "Deployment/intake: readinessProbe asks port 8000"),
        (INTAKE, f"{FIRST}.livenessProbe.httpGet.path", "/readyz", "intake: livenessProbe depends on others"),
    ],
    pods.secrets_are_files: [
        (INTAKE, f"{FIRST}.envFrom.0", {"secretRef": {"name": "x"}}, "intake service: envFrom secretRef"),
        (INTAKE, f"{FIRST}.env.0.name", "NATS_PASSWORD", "intake service: NATS_PASSWORD in the environment"),
        (INTAKE, f"{FIRST}.env.0.valueFrom", {"secretKeyRef": {}}, "intake service: NATS_USER from a Secret"),
    ],
    work.rollouts_lose_nobody: [
        (INTAKE, "spec.strategy.rollingUpdate.maxUnavailable", 1, "Deployment/intake: strategy"),
        (INTAKE, "spec.minReadySeconds", DROP, "Deployment/intake: minReadySeconds"),
        (INTAKE, f"{FIRST}.lifecycle", DROP, "Deployment/intake: no pause before it stops"),
    ],
    work.pods_are_spread: [
        (INTAKE, f"{POD}.topologySpreadConstraints.0.matchLabelKeys", DROP, "over topology.kubernetes.io/zone"),
        (INTAKE, f"{POD}.topologySpreadConstraints.1", {"topologyKey": "rack"}, "over kubernetes.io/hostname"),
    ],
    work.disruptions_are_budgeted: [
        (BUDGET, "spec.maxUnavailable", 0, "Deployment/intake: maxUnavailable"),
        (BUDGET, "spec.unhealthyPodEvictionPolicy", DROP, "Deployment/intake: unhealthyPodEvictionPolicy"),
        ("PodDisruptionBudget/nats", "kind", "Service", "StatefulSet/nats: 0 budgets"),
    ],
    work.services_lead_to_pods: [
        (SERVICE, f"spec.selector.{LABEL}component", DROP, "leads to Deployment/intake, Job/intake-migrate"),
        (SERVICE, f"spec.selector.{LABEL}name", "inbox", "Service/intake: leads to nobody"),
        (SERVICE, "spec.ports.0.targetPort", "metrics", "Service/intake: shows the metrics"),
        (SERVICE, "spec.ports.0.targetPort", 8000, "Service/intake: no port 8000"),
        (SERVICE, "spec.type", "NodePort", "Service/intake: open to the outside"),
    ],
    work.services_have_metrics: [(INTAKE, f"{FIRST}.ports.1.name", "figures", "Deployment/intake: no port metrics")],
    work.labels_are_whole: [
        (INTAKE, f"spec.template.metadata.labels.{LABEL}version", DROP, "no label app.kubernetes.io/version"),
        (INTAKE, f"spec.selector.matchLabels.{LABEL}version", "1", "app.kubernetes.io/version in the selector"),
    ],
    work.jobs_end: [
        (MIGRATION, "spec.activeDeadlineSeconds", DROP, "Job/intake-migrate: activeDeadlineSeconds"),
        (MIGRATION, "spec.backoffLimit", 0, "Job/intake-migrate: backoffLimit"),
        (MIGRATION, "spec.podFailurePolicy", DROP, "Job/intake-migrate: podFailurePolicy"),
        (MIGRATION, "metadata.annotations", {}, "Job/intake-migrate: cannot be replaced"),
    ],
    work.settings_are_known: [
        ("ConfigMap/lotse-env", "data.NATS_HOST", "nats", "NATS_HOST: no such setting"),
        (INTAKE, f"{FIRST}.env.0.name", "NATS_USR", "NATS_USR: no such setting"),
    ],
    work.generated_names_have_a_hash: [
        ("ConfigMap/lotse-env", "metadata.name", "lotse-env", "ConfigMap/lotse-env"),
    ],
    work.references_lead_somewhere: [
        (INTAKE, f"{POD}.volumes.2.secret.secretName", "intake-runtime", "intake: no Secret intake-runtime"),
        (MIGRATION, f"{POD}.volumes.1.projected.sources.0.secret.items.0.key", "URL", "has no URL"),
        (NATS, f"{POD}.volumes.1.projected.sources.0.configMap.name", "nats", "StatefulSet/nats: no ConfigMap nats"),
    ],
}
CASES = [(rule, *case) for rule, cases in PLANTED.items() for case in cases]


@pytest.mark.parametrize(
    ("overlay", "rule"),
    [
        pytest.param(overlay, rule, id=f"{overlay}-{rule.__name__}")
        for overlay in OVERLAYS
        for rule in PLANTED
        # The Secrets that the base mounts are its operator's.
        if (overlay, rule) != ("base", work.references_lead_somewhere)
    ],
)
def test_every_overlay_keeps_every_rule(overlay: str, rule: Rule) -> None:
    assert rule(objects(overlay)) == []


@pytest.mark.parametrize(("rule", "who", "path", "value", "said"), CASES)
def test_what_breaks_a_rule_is_found(rule: Rule, who: str, path: str, value: Any, said: str) -> None:
    assert said in "\n".join(rule(planted("overlays/dev", who, path, value)))


def test_every_rule_is_tried() -> None:
    written = {
        rule
        for module in (pods, work)
        for rule in vars(module).values()
        if isfunction(rule) and rule.__module__ == module.__name__ and list(signature(rule).parameters) == ["found"]
    }
    assert written == set(PLANTED)


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("release", ["1.36", "1.37"])
def test_every_object_is_what_kubernetes_knows(overlay: str, release: str) -> None:
    schemas = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    for item in objects(overlay):
        schemas.validate(item, release, strict=True)


@pytest.mark.parametrize(
    ("path", "value"), [("spec.maxUnavailble", 1), ("spec.maxUnavailable", ["one"]), ("apiVersion", "policy/v1beta1")]
)
def test_a_misspelt_field_a_wrong_type_and_an_old_version_are_found(path: str, value: Any) -> None:
    schemas = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    budget = next(iter(of(planted("base", "PodDisruptionBudget/intake", path, value), "PodDisruptionBudget")))
    assert name(budget) == "PodDisruptionBudget/intake"
    with pytest.raises((schemas.ValidationError, schemas.SchemaNotFoundError)):
        schemas.validate(budget, "1.36", strict=True)


def test_an_overlay_that_names_a_missing_file_does_not_build(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [missing.yaml]\n")
    with pytest.raises(subprocess.CalledProcessError):
        rendered(str(tmp_path))
