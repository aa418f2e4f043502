"""OpenTelemetry, so that one trace goes from the request through the event table and the bus to the last reader.

Attributes are ids and codes only. Without an OTLP endpoint in the environment nothing is recorded or exported, and
spans still carry the trace id that errors and logs name.
"""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags

_tracer = trace.get_tracer("lotse")
meter = metrics.get_meter("lotse")


def start(service: str, metrics_port: int) -> None:
    """Set up tracing and metrics for this process. `metrics_port` 0 serves no metrics."""
    resource = Resource.create({"service.name": service, "service.namespace": "lotse"})
    exported = bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
    # A span that nobody will see costs as much as one that is sent, unless it is not recorded in the first place.
    tracing = TracerProvider(resource=resource) if exported else TracerProvider(ALWAYS_OFF, resource)
    if exported:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(tracing)
    if metrics_port:
        from opentelemetry.exporter.prometheus import PrometheusMetricReader
        from prometheus_client import start_http_server

        metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[PrometheusMetricReader()]))
        start_http_server(metrics_port, addr=os.environ.get("HTTP_HOST", "127.0.0.1"))


@contextmanager
def span(
    name: str, parent: str | None = None, kind: SpanKind = SpanKind.INTERNAL, **attributes: str | int
) -> Iterator[None]:
    """A span under the current one, or under the W3C `traceparent` given."""
    with _tracer.start_as_current_span(
        name,
        context=_context(parent),
        kind=kind,
        attributes=attributes,
        # OpenTelemetry would write the exception's message down, which may quote a person.
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield


def traceparent() -> str | None:
    """The current span as a W3C traceparent, or None outside any."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def trace_id() -> str | None:
    """The current trace's id, for error replies and logs."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def _context(parent: str | None) -> Context | None:
    if parent is None:
        return None
    _, trace_hex, span_hex, flags = parent.split("-")
    remote = SpanContext(int(trace_hex, 16), int(span_hex, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
    return trace.set_span_in_context(NonRecordingSpan(remote))


def place(error: BaseException) -> str:
    """`Class at file:line` of the innermost frame that is ours."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/site-packages/" not in frame.filename]
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} at {'/'.join(frames[-1].filename.split('/')[-3:])}:{frames[-1].lineno}"
