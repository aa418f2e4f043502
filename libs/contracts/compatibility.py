"""What may change in a schema within one major: optional additions, nothing else.

Both directions count. Readers of the new release must understand what the old one wrote (the log is for ever), and
readers of the old release must understand what the new one writes (releases N-1 and N run side by side). So a narrower
field breaks the first and a wider one the second; anything but a new optional field is a new `.v2` beside the old.
"""

from typing import Any

from libs.contracts.jsonschemas import Schema

ANNOTATIONS = frozenset({"title", "description", "examples", "default", "$comment", "$schema", "$id", "$defs"})
NEW_READERS = "readers of the new release refuse what is in the log"
OLD_READERS = "readers of the old release refuse what the new one writes"


def breaks(old: Schema, new: Schema) -> list[str]:
    """Every change from `old` to `new` that needs a new major, in words; empty when they go together."""
    return _compare("", old, old, new, new)


def _resolve(schema: Schema, root: Schema) -> tuple[Schema, Schema]:
    """Follow a `$ref`; an embedded schema with an `$id` is the root of the references inside it."""
    if "$ref" in schema:
        return _resolve(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    return schema, schema if "$id" in schema else root


def _compare(path: str, old: Schema, old_root: Schema, new: Schema, new_root: Schema) -> list[str]:
    old, old_root = _resolve(old, old_root)
    new, new_root = _resolve(new, new_root)
    found = _fields(path, old, old_root, new, new_root)
    for keyword in sorted({*old, *new} - ANNOTATIONS - {"properties", "required"}):
        before, after = old.get(keyword), new.get(keyword)
        if keyword == "enum" and before and after:
            found += _codes(path, before, after)
        elif keyword == "items" and before and after:
            found += _compare(f"{path}/*", before, old_root, after, new_root)
        elif keyword == "anyOf" and before and after and len(before) == len(after):
            for one, other in zip(before, after, strict=True):
                found += _compare(path, one, old_root, other, new_root)
        elif before != after:
            found.append(f"{path or '/'}: {keyword} was {_words(before)} and is {_words(after)}")
    return found


def _fields(path: str, old: Schema, old_root: Schema, new: Schema, new_root: Schema) -> list[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
    found = [f"{path}/{name}: removed; {OLD_READERS}" for name in before if name not in after]
    found += [f"{path}/{name}: now required; {NEW_READERS}" for name in sorted(needed_after - needed_before)]
    dropped = sorted((needed_before - needed_after) & set(after))
    found += [f"{path}/{name}: no longer required; {OLD_READERS}" for name in dropped]
    for name in before:
        if name in after:
            found += _compare(f"{path}/{name}", before[name], old_root, after[name], new_root)
    return found


def _codes(path: str, before: list[str], after: list[str]) -> list[str]:
    gone, added = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    found = [f"{path}: code {code} is gone; {NEW_READERS}" for code in gone]
    return found + [f"{path}: code {code} is new; {OLD_READERS}" for code in added]


def _words(value: Any) -> str:
    return "absent" if value is None else str(value)[:80]
