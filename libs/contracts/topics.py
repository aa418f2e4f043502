"""Taxonomy v1: fourteen clusters, their topics, and which clusters a fact may only name coarsely."""

from enum import StrEnum


class Cluster(StrEnum):
    RECOGNITION = "a-recognition"
    JOB_SEARCH = "b-labour-market"
    LABOUR_LAW = "c-labour-law"
    LIVE_IN_CARE = "d-live-in-care"
    BENEFITS = "e-social-benefits"
    RESIDENCE = "f-residence"
    FAMILY = "g-family-women"
    HEALTH = "h-health"
    LANGUAGE = "i-language"
    HOUSING = "j-housing"
    MONEY = "k-tax-consumer"
    DISCRIMINATION = "l-discrimination"
    AUTHORITIES = "m-authorities"
    OTHER = "n-other"


TOPICS: dict[Cluster, tuple[str, ...]] = {
    Cluster.RECOGNITION: (
        "a-competent-authority",
        "a-costs",
        "a-translation-of-documents",
        "a-procedure-length",
        "a-land-differences",
        "a-equivalence",
        "a-bridging-courses",
        "a-academic-recognition",
        "a-qualification-advice",
    ),
    Cluster.JOB_SEARCH: (
        "b-job-search",
        "b-application",
        "b-career-orientation",
        "b-training-studies",
        "b-self-employment",
        "b-return-to-work",
    ),
    Cluster.LABOUR_LAW: (
        "c-contract",
        "c-pay-working-time",
        "c-dismissal",
        "c-mini-job",
        "c-undeclared-work",
        "c-posted-work",
        "c-discrimination-at-work",
        "c-exploitation",
    ),
    Cluster.LIVE_IN_CARE: (
        "d-on-call-time",
        "d-posting-agency",
        "d-sham-self-employment",
        "d-accommodation",
        "d-social-insurance",
    ),
    Cluster.BENEFITS: (
        "e-sgb-ii",
        "e-sgb-iii",
        "e-sgb-xii",
        "e-supplementary",
        "e-child-benefit",
        "e-housing-benefit",
        "e-parental-allowance",
        "e-eu-coordination",
    ),
    Cluster.RESIDENCE: (
        "f-free-movement",
        "f-titles",
        "f-change-of-purpose",
        "f-blue-card",
        "f-family-reunion",
        "f-section-24",
        "f-naturalisation",
        "f-entry-visa",
    ),
    Cluster.FAMILY: (
        "g-childcare",
        "g-school",
        "g-pregnancy",
        "g-separation",
        "g-violence-protection",
    ),
    Cluster.HEALTH: ("h-insurance", "h-prevention", "h-care", "h-mental-health"),
    Cluster.LANGUAGE: ("i-integration-course", "i-vocational-language", "i-exams"),
    Cluster.HOUSING: ("j-search", "j-tenancy", "j-homelessness", "j-registration"),
    Cluster.MONEY: ("k-tax-documents", "k-banking", "k-consumer-law", "k-driving-licence"),
    Cluster.DISCRIMINATION: ("l-agg", "l-hate", "l-racism"),
    Cluster.AUTHORITIES: ("m-forms", "m-appointments", "m-interpreters", "m-where-to-go"),
    Cluster.OTHER: ("n-return", "n-transit", "n-scam-warning", "n-other-topic"),
}

# Residence, family, health and discrimination can reveal special categories (art. 9 GDPR): facts name the cluster only.
SENSITIVE: frozenset[Cluster] = frozenset({Cluster.RESIDENCE, Cluster.FAMILY, Cluster.HEALTH, Cluster.DISCRIMINATION})
CLUSTER_OF: dict[str, Cluster] = {topic: cluster for cluster, topics in TOPICS.items() for topic in topics}

UNASSIGNED = "unassigned"
# What working data may hold: every topic, or a whole cluster where the topic is not known.
TOPIC_CODES: frozenset[str] = frozenset({*CLUSTER_OF, *map(str, Cluster)})
# What a fact may hold: topics of the other clusters, whole clusters, and `unassigned` before triage.
FACT_TOPICS: frozenset[str] = frozenset(
    {topic for topic, cluster in CLUSTER_OF.items() if cluster not in SENSITIVE} | set(map(str, Cluster)) | {UNASSIGNED}
)


def fact_topic(topic: str) -> str:
    """The code under which a topic may appear in a fact; sensitive clusters lose their detail."""
    cluster = CLUSTER_OF.get(topic)
    return str(cluster) if cluster in SENSITIVE else topic
