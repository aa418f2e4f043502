"""Who works in an example, who may ask for what, and what a thing of the walk is."""

from dataclasses import dataclass, field

ROLES = {
    "amal": {"counsellor"},
    "berta": {"counsellor", "second-reader"},
    "clara": {"legal-reviewer"},
    "dora": {"legal-reviewer", "counsellor"},
    "emma": {"legal-reviewer"},
    "hanna": {"dpo"},
    "lena": {"partner-office"},
}
QUALIFIED = {"clara", "dora"}
CLASSES = ("not-legal", "general-information", "individual-examination", "court")
OPEN = ("queued", "taken", "changed", "approved", "returned", "approval-withdrawn")
ALLOWED = {
    "capture": {"counsellor"},
    "take": {"counsellor"},
    "triage": {"counsellor"},
    "class": {"counsellor", "legal-reviewer"},
    "hold": {"dpo"},
    "lift": {"dpo"},
    "erase": {"dpo"},
    "comment": {"counsellor", "dpo"},
    "post": {"counsellor"},
    "submit": {"counsellor"},
    "revise": {"counsellor"},
    "take-item": {"legal-reviewer"},
    "approve": {"legal-reviewer"},
    "change": {"legal-reviewer"},
    "return": {"legal-reviewer"},
    "block": {"legal-reviewer"},
    "confirm": {"legal-reviewer", "counsellor"},
    "release": {"second-reader", "counsellor"},
    "withdraw-approval": {"legal-reviewer"},
    "refer": {"counsellor"},
    "code": {"counsellor"},
    "redeem": {"partner-office"},
    "accept": {"partner-office"},
}


@dataclass
class Thing:
    """A question, submission, posting or referral."""

    name: str
    kind: str
    state: str
    question: str
    language: str = "de"
    by: str = ""
    version: int = 1
    link: bool = False
    legal_class: str = ""
    held: bool = False
    erasing: bool = False
    answered: bool = False
    cores: int = 1
    authors: set[str] = field(default_factory=set)
    approved_by: str = ""
    confirmed_by: str = ""
    released: bool = False
    code: bool = False
    redeemed: bool = False
