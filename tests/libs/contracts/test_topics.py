"""Residence, family, health and discrimination (art. 9 GDPR) appear in facts as the cluster only."""

from typing import Any, get_args, get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError

from libs.contracts.envelope import Fact
from libs.contracts.registry import all_facts
from libs.contracts.topics import (
    CLUSTER_OF,
    FACT_TOPICS,
    SENSITIVE,
    TOPIC_CODES,
    TOPICS,
    UNASSIGNED,
    Cluster,
    fact_topic,
)
from libs.contracts.types import FactTopic, TopicCode

DETAILS = sorted(topic for topic, cluster in CLUSTER_OF.items() if cluster in SENSITIVE)


class Planted(Fact):
    main: TopicCode
    further: tuple[TopicCode, ...] | None


def fine_topics(cls: type[Fact]) -> list[str]:
    """Fields of a fact whose type takes a sensitive detail."""
    hints = get_type_hints(cls, include_extras=True)
    return [name for name in cls.model_fields if _takes_details(hints[name])]


def _takes_details(hint: Any) -> bool:
    return hint is TopicCode or any(_takes_details(part) for part in get_args(hint))


def test_the_sensitive_clusters_are_f_g_h_and_l() -> None:
    assert {str(cluster)[0] for cluster in SENSITIVE} == {"f", "g", "h", "l"}


@pytest.mark.parametrize("topic", DETAILS)
def test_a_sensitive_detail_is_refused_in_a_fact_and_becomes_its_cluster(topic: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(FactTopic).validate_python(topic)
    assert fact_topic(topic) == CLUSTER_OF[topic]
    assert topic in TOPIC_CODES


@pytest.mark.parametrize("topic", sorted(TOPIC_CODES | {UNASSIGNED}))
def test_every_topic_has_a_name_that_a_fact_may_hold(topic: str) -> None:
    assert fact_topic(topic) in FACT_TOPICS


def test_topics_of_the_other_clusters_keep_their_detail() -> None:
    assert fact_topic("c-dismissal") == "c-dismissal"


def test_a_topic_belongs_to_one_cluster_and_begins_with_its_letter() -> None:
    assert set(TOPICS) == set(Cluster)
    assert len(CLUSTER_OF) == sum(map(len, TOPICS.values()))
    assert all(topic[:2] == str(cluster)[:2] for topic, cluster in CLUSTER_OF.items())


@pytest.mark.parametrize("cls", list(all_facts()), ids=lambda cls: cls.type)
def test_no_fact_has_a_field_for_a_topic_in_detail(cls: type[Fact]) -> None:
    assert fine_topics(cls) == []


def test_a_planted_field_for_a_topic_in_detail_is_found() -> None:
    assert fine_topics(Planted) == ["main", "further"]
