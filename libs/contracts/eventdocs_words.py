"""The words of `docs/events.md` that no class holds."""

OPENING = """
# Events

Generated from `libs/contracts` by `python -m libs.contracts.generate`; do not edit. The same for machines:
[asyncapi.json](asyncapi.json), and one JSON Schema for each type in
[libs/contracts/schemas](../libs/contracts/schemas).

The four services never call each other. Each says **facts**: past-tense sentences about something that has happened,
made in the same commit as the change they tell of and never changed afterwards. A fact holds ids, closed codes,
language tags, counts, weeks, delays and salted commitments. It never holds free text, a name or anything else about a
person: the log cannot forget, so nothing may enter it that would have to be forgotten.

## The envelope

Every fact travels in a CloudEvents 1.0 envelope, JSON, structured mode. The bytes are made once and are identical in
the event table, on the bus, in the ledger and in the API. One whole event:
"""

TEXTS = """ Beside the body the bus carries three headers: `Nats-Msg-Id` (the event's id), `Lotse-Seq` (its dense place
in the log of its service) and `Content-Type`.

**On the bus** each service has one stream `EV_<SERVICE>`; an event's subject is the literal in the tables below with
the aggregate's id in place of `{id}`, so the history of one aggregate is one subject filter.

**Text** that another service needs (a question, a released answer) travels beside its fact in a stream of its own,
`FORGETTABLE_<SERVICE>`, under `forgettable.<service>.<question>.<event id>`. When the question is forgotten, the text
is overwritten and a tombstone stands in its place; the fact stays. Who reads a fact that carries text may read the
texts of its owner, whole streams at a time; reporting never may.

**Counting** needs no join, no ids and no order between streams: a fact that is counted carries the codes it is counted
by, as of its own moment: `week`, `platform`, `language` and `topic`, left out of the column *fields* below. The
programme is the envelope's. The column *counted* says `yes` for these and names what else the count can be cut by;
hours become quantiles.

**Change.** Within a major only optional fields are added; anything else is a new `.v2` beside the old. Readers ignore
fields they do not know. Golden samples of every type lie in [libs/contracts/samples](../libs/contracts/samples) and
must stay readable for ever.

In the tables, a field's type is a vocabulary of the list at the end, or one of: `Hours`, `Days`, `Count`, `Year`
(bounded whole numbers), `IsoWeek` (`2026-W47`), `LanguageTag` (BCP-47), `Commitment` (HMAC-SHA256 under a salt that
lies in the text beside it), `Code` (a code of the programme's own).
"""

ATTRIBUTES = {
    "specversion": "CloudEvents version, always `1.0`.",
    "id": "UUIDv7 of the event; a repeated delivery has the same.",
    "source": "Who says it: `/services/<service>`.",
    "type": "What it is: `lotse.<service>.<aggregate>.<event>.v<major>`.",
    "subject": "What it is about: `<aggregate>/<id>`.",
    "time": "When it was committed, UTC; never before its cause or the aggregate's previous event.",
    "datacontenttype": "Always `application/json`.",
    "dataschema": "`urn:lotse:schema:<type>`, the `$id` of the schema of `data`.",
    "programme": "The programme it belongs to: the tenant.",
    "correlationid": "The question's id for all that concerns it, otherwise the aggregate's own id.",
    "causationid": "The event whose handling led to this one; absent when a person's command did.",
    "aggregateversion": "1, 2, 3 … for each aggregate; no event without a change and no change without an event.",
    "traceparent": "W3C trace context of the request behind it; absent when there was none.",
    "staff": "Pseudonymous id of who acted; absent for the system and for a person holding a code.",
    "role": "In which role.",
    "data": "The fact itself, one of the tables below.",
}

CLOSING = """
## What a finder can learn from the log

A finder is someone who holds the whole log and can also scroll the groups. The tests play this part
(`tests/libs/contracts/finder`) on an invented programme in its second year: about 680 captured questions a month in
three languages on two platforms, fifteen matters people ask about, two counsellors for each language.

**Assumed known to the finder**, of every captured post: platform, language and text (so the main topic, as a
counsellor would code it), the size of the group, the moment of asking, whether our account answered, and which
counsellor's account that was. The finder knows that a question is asked before anything is told of it. From all
fields of all facts of one question the finder keeps every captured post that fits; for each question from a group of
300 members **at least five remain**. The space's id, the moment of asking or the hours since asking, planted into a
fact, lead to fewer: the test has been seen to fail on each.

**What protects her:** facts name the week and never the moment of asking, the group's size class and never the group,
the Land and no smaller place, the cluster and not the topic for residence, family, health and discrimination, and
delays that are counted from capture.

**What does not**, said here so that nobody relies on it, and measured by the same tests where it can be:

- *The recording of a posting lies near the comment's own time.* `posting.recorded` bears the moment of its commit,
  and the comment in the group bears its own. Whoever may read the log and scroll the group can lay the two beside
  each other. Therefore reading a trace is restricted, and each reading is itself recorded.
- *Questions are captured soon after they are asked.* A finder who trusts that this takes a week at most is left with
  fewer than five posts for nearly every question of a small group.
- *The protection is that of a crowd.* In a programme of 190 questions a month with few small groups, as in the first
  months of any programme, about half of the questions of a small group fit fewer than five posts.
- *More knowledge finds more.* A finder who guesses what the counsellor judged (level, legal class, urgency, Land,
  further topics, a deadline, whether it follows an earlier question) mostly finds one post.

So the log is no anonymous data set. It is pseudonymous data whose reading is restricted: services read what the tables
above name, auditors read traces, and everyone else sees figures.
"""
