"""What a programme's policy lets review do: the legal gate before every draft, decision and release."""

from libs.contracts.codes import LegalClass, Level
from libs.contracts.intake import Policy
from libs.kit.errors import Conflict, LotseError


def refuse_answering(policy: Policy, level: Level | None, legal_class: LegalClass | None) -> LotseError | None:
    """Why the programme gives no answer to a question of this level and class, or None.

    Court is refused whatever a policy says: the RDG covers out-of-court services only (§ 1(1)).
    """
    if level is None or legal_class is None:
        return Conflict("not_triaged", "The question has not been triaged.")
    if legal_class is LegalClass.COURT:
        return Conflict("court_goes_to_a_lawyer", "This goes to court: refer the person to a lawyer.")
    if legal_class not in policy.legal_classes:
        return Conflict("class_not_offered", "The programme does not answer questions of this class; refer the person.")
    if level not in policy.levels:
        return Conflict("level_not_offered", "The programme does not offer this level.")
    return None
