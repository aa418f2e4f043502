"""Facts of reporting: what auditors read."""

from libs.contracts.codes import Purpose, ResourceKind
from libs.contracts.envelope import Fact, fact


@fact("ev.reporting.access.{id}.recorded.v1")
class ReportingAccessRecorded(Fact):
    """An auditor read a question's trace."""

    resource: ResourceKind
    purpose: Purpose
