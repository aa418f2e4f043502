"""The walk in simple words: who may do what in which state, what it counts as, and nothing of the product. It answers
each request with the status that is due, and keeps what must be so afterwards.

One moment for all four services: the test lets the bus catch up where one service asks what another has said.
"""

from collections import Counter
from copy import copy

from tests.model.cast import ALLOWED, CLASSES, OPEN, QUALIFIED, ROLES, Thing


class Walk:
    """What is so, and what was counted. `made` names what the last request made."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self.figures: Counter[str] = Counter()
        self.made = ""

    def apart(self, question: str) -> "Walk":
        """One question's things, copied; the rules replace what a thing holds and never change it in place."""
        made = Walk()
        made.things = {name: copy(thing) for name, thing in self.things.items() if thing.question == question}
        return made

    def of(self, kind: str, question: str = "") -> list[Thing]:
        return [one for one in self.things.values() if one.kind == kind and question in ("", one.question)]

    def ask(self, verb: str, who: str, on: str, stale: bool = False, choice: str = "") -> int:
        """The status of the reply."""
        self.made = ""
        if verb in ALLOWED and not ROLES[who] & ALLOWED[verb]:
            return 403
        if verb == "capture":
            return self._capture(choice)
        thing = self.things[on]
        if thing.kind == "submission" and thing.state == "forgotten":
            return 410
        if verb not in ("accept", "redeem") and stale:
            return 412
        rule = getattr(self, "_" + verb.replace("-", "_"))
        return int(rule(thing, who, choice, stale) if verb == "accept" else rule(thing, who, choice))

    def _make(self, kind: str, state: str, question: str = "", **more: object) -> Thing:
        name = f"{kind}-{len(self.things)}"
        self.things[name] = Thing(name, kind, state, question or name, **more)  # type: ignore[arg-type]
        self.made = name
        return self.things[name]

    def _step(self, thing: Thing, state: str = "", figure: str = "") -> int:
        thing.version += 1
        thing.state = state or thing.state
        self.figures[figure] += 1
        return 200

    # Questions

    def _capture(self, choice: str) -> int:
        language, _, relation = choice.partition(" ")
        known = [one for one in self.of("question") if one.link]
        if relation == "link" and known:
            return 409
        if relation == "same" and known:
            self.made = known[-1].name
            return 200
        self._make("question", "captured", language=language, link=bool(relation))
        self.figures["captured"] += 1
        return 201

    def _take(self, question: Thing, who: str, _: str) -> int:
        if question.state != "captured" or question.erasing:
            return 409
        question.by = who
        return self._step(question, "taken")

    def _lowers(self, question: Thing, who: str, wanted: str) -> bool:
        down = question.legal_class and CLASSES.index(wanted) < CLASSES.index(question.legal_class)
        return bool(down) and who not in QUALIFIED

    def _triage(self, question: Thing, who: str, wanted: str) -> int:
        if question.state not in ("taken", "triaged") or question.by != who or question.erasing:
            return 409
        if self._lowers(question, who, wanted):
            return 403
        question.legal_class = wanted
        return self._step(question, "triaged")

    def _class(self, question: Thing, who: str, wanted: str) -> int:
        if question.state == "forgotten" or not question.legal_class or question.erasing:
            return 409
        if wanted == question.legal_class:
            return 409
        if self._lowers(question, who, wanted):
            return 403
        question.legal_class = wanted
        return self._step(question)

    def _hold(self, question: Thing, who: str, _: str) -> int:
        if question.held or question.state == "forgotten":
            return 409
        question.held = True
        return self._step(question)

    def _lift(self, question: Thing, who: str, _: str) -> int:
        if not question.held:
            return 409
        question.held = False
        return self._step(question)

    def _erase(self, question: Thing, who: str, _: str) -> int:
        """Where a comment of ours stands, it is asked first whether it was removed."""
        if question.held or question.erasing or question.state == "forgotten":
            return 409
        question.erasing = True
        self._step(question)
        return 200 if self.of("posting", question.name) else self._forget(question)

    def _comment(self, question: Thing, who: str, _: str) -> int:
        if question.held or not question.erasing or question.state == "forgotten":
            return 409
        self._step(question)
        return self._forget(question)

    def _forget(self, question: Thing) -> int:
        """Text and link are gone, and everything made for the question with it."""
        question.link = False
        for one in (*self.of("submission", question.name), *self.of("referral", question.name)):
            self._step(one, "forgotten")
        return self._step(question, "forgotten")

    # Review

    def _answerable(self, question: Thing) -> bool:
        return bool(question.legal_class) and question.legal_class != "court" and not question.erasing

    def _submit(self, question: Thing, who: str, _: str) -> int:
        if question.state == "forgotten":
            return 410
        if not self._answerable(question) or any(one.state in OPEN for one in self.of("submission", question.name)):
            return 409
        self._make("submission", "queued", question.name, language=question.language, by=who, authors={who})
        self.figures["submitted"] += 1
        return 201

    def _revise(self, one: Thing, who: str, _: str) -> int:
        if one.released or one.state not in OPEN or one.state == "taken":
            return 409
        if not self._answerable(self.things[one.question]):
            return 409
        one.cores, one.authors, one.approved_by, one.confirmed_by = one.cores + 1, {who}, "", ""
        return self._step(one, "queued")

    def _take_item(self, one: Thing, who: str, _: str) -> int:
        if who not in QUALIFIED:
            return 403
        if one.state != "queued" or self.things[one.question].erasing:
            return 409
        if one.authors == {who}:
            return 403
        one.approved_by = who
        return self._step(one, "taken")

    def _mine(self, one: Thing, who: str) -> int:
        if who not in QUALIFIED:
            return 403
        return 200 if one.state == "taken" and one.approved_by == who else 409

    def _return(self, one: Thing, who: str, _: str) -> int:
        due = self._mine(one, who)
        return due if due != 200 else self._step(one, "returned", "returned")

    def _block(self, one: Thing, who: str, _: str) -> int:
        due = self._mine(one, who)
        return due if due != 200 else self._step(one, "blocked", "blocked")

    def _approve(self, one: Thing, who: str, choice: str) -> int:
        """In her own words (`change`) she does not decide alone: somebody else confirms."""
        due = self._mine(one, who)
        if due != 200 or not self._answerable(self.things[one.question]):
            return due if due != 200 else 409
        if choice == "change":
            one.cores, one.authors = one.cores + 1, one.authors | {who}
            self.figures["approved-with-changes"] += 1
        self._step(one, "changed" if choice == "change" else "approved", "approved")
        return 200 if choice == "change" else self._german(one)

    def _change(self, one: Thing, who: str, _: str) -> int:
        return self._approve(one, who, "change")

    def _confirm(self, one: Thing, who: str, _: str) -> int:
        if one.state != "changed":
            return 409
        if "counsellor" not in ROLES[who] and who not in QUALIFIED:
            return 403
        if who == one.approved_by:
            return 403
        if not self._answerable(self.things[one.question]):
            return 409
        one.confirmed_by = who
        self._step(one, "approved")
        return self._german(one)

    def _german(self, one: Thing) -> int:
        """For a German thread the core itself is what may be posted."""
        return self._let_out(one) if one.language == "de" else 200

    def _let_out(self, one: Thing) -> int:
        one.released = True
        return self._step(one, "released", "released")

    def _release(self, one: Thing, who: str, _: str) -> int:
        """By somebody who speaks the language and did not write it."""
        if one.released or one.language == "de" or one.state not in ("approved", "changed"):
            return 409
        if not self._answerable(self.things[one.question]):
            return 409
        if one.state == "changed":
            return 409
        return 403 if who == one.by else self._let_out(one)

    def _withdraw_approval(self, one: Thing, who: str, _: str) -> int:
        if who not in QUALIFIED:
            return 403
        if one.state not in ("changed", "approved", "released"):
            return 409
        return self._step(one, "approval-withdrawn")

    # Postings

    def _post(self, question: Thing, who: str, choice: str) -> int:
        """What stands there is recorded whatever it is; only what matches a valid release answers the question."""
        if question.state == "forgotten" or not question.legal_class:
            return 409
        released = [one for one in self.of("submission", question.name) if one.released]
        standing = "without-approval"
        if released and question.legal_class != "court":
            valid = released[-1].state == "released"
            standing = ("matching" if choice == "released" else "deviating") if valid else "superseded"
        posting = self._make("posting", standing, question.name)
        self.figures[f"posted-{standing}"] += 1
        if standing == "matching":
            self._answer(question)
        else:
            self._step(posting, figure="repair-opened")
            self.figures["incident-opened"] += 1
        return 201

    def _answer(self, question: Thing) -> None:
        if not question.answered:
            question.answered = True
            self._step(question, "answered", "answered")

    # Referrals

    def _refer(self, question: Thing, who: str, _: str) -> int:
        if question.state == "forgotten":
            return 410
        self._make("referral", "offered", question.name, by=who)
        self.figures["referral-offered"] += 1
        return 201

    def _code(self, one: Thing, who: str, _: str) -> int:
        if one.by != who:
            return 403
        if one.state != "offered":
            return 409
        one.code = True
        return self._step(one)

    def _redeem(self, one: Thing, who: str, _: str) -> int:
        """Whoever tries codes learns nothing."""
        if one.state in ("redeemed", "accepted"):
            return 409
        if one.state != "offered":
            return 404
        one.redeemed = True
        return self._step(one, "redeemed", "referral-redeemed")

    def _accept(self, one: Thing, who: str, _: str, stale: bool) -> int:
        """An office knows of nothing that it has not redeemed, or is not to delete."""
        if one.state == "offered" or (one.state in ("withdrawn", "forgotten") and not one.redeemed):
            return 404
        if stale:
            return 412
        return self._step(one, "accepted", "referral-accepted") if one.state == "redeemed" else 409

    def _consent_withdrawn(self, one: Thing, who: str, _: str) -> int:
        if one.state == "forgotten":
            return 404
        if one.state == "withdrawn":
            return 409
        return self._step(one, "withdrawn", "referral-withdrawn")
