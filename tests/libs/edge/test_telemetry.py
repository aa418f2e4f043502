"""A span says what was done and for how long, and never what somebody typed."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from libs.kit import telemetry
from tests.libs.edge.sample_app import Sample

MAIL = "amal.haddad@example.org"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("lotse"))
    return exporter


def test_an_exception_leaves_no_words_in_its_span(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match=MAIL), telemetry.span("apply"):
        raise ValueError(MAIL)
    (span,) = spans.get_finished_spans()
    assert MAIL not in span.to_json()


async def test_a_request_is_one_span_named_by_its_route(sample: Sample, spans: InMemorySpanExporter) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "User-Agent": MAIL}
    answer = await sample.client.get(f"/intake/v1/codes/ab?{MAIL}=1", headers=headers)
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /intake/v1/codes/{code}"
    assert answer.headers["x-trace-id"] == answer.json()["trace_id"] == trace
    assert MAIL not in span.to_json()
    assert "127.0.0.1" not in span.to_json()
