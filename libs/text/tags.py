"""Language tags (BCP 47, RFC 5646) as programmes use them. Languages are their data: any well-formed tag is welcome."""

import re

from libs.contracts.types import LANGUAGE_PATTERN

MAX_LENGTH = 24
_WELL_FORMED = re.compile(LANGUAGE_PATTERN)

# Script subtags (ISO 15924) that run from right to left.
_RTL_SCRIPTS = {"Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Syrc", "Thaa"}
# Languages written from right to left where no script subtag says otherwise (CLDR, likely subtags), with the Arabic
# and Persian varieties people name their language by.
_RTL_LANGUAGES = {
    *("ar", "acm", "acq", "aeb", "afb", "ajp", "apc", "apd", "arq", "ars", "ary", "arz", "ayl", "shu"),
    *("fa", "pes", "prs", "azb", "glk", "haz", "lrc", "luz", "mzn", "bqi"),
    *("ps", "ur", "pnb", "skr", "sd", "ks", "khw", "bal", "bgn", "ckb", "sdh", "lki", "ug"),
    *("he", "iw", "yi", "ji", "arc", "aii", "syr", "dv", "nqo", "rhg"),
}


def is_well_formed(tag: str) -> bool:
    """Language and, if any, script, region, variant: `ar`, `sr-Latn`, `es-419`, `de-simple`. No private use."""
    return len(tag) <= MAX_LENGTH and _WELL_FORMED.fullmatch(tag) is not None


def primary(tag: str) -> str:
    """The language subtag: `pt` of `pt-BR`."""
    return tag.partition("-")[0].lower()


def script(tag: str) -> str | None:
    """The script subtag where the tag has one: `Latn` of `sr-Latn`."""
    return next((part.title() for part in tag.split("-")[1:3] if len(part) == 4 and part.isalpha()), None)


def direction(tag: str) -> str:
    """`rtl` or `ltr`: by the script where the tag names one (`ku-Arab`, `ur-Latn`), else by the language."""
    written = script(tag)
    rtl = written in _RTL_SCRIPTS if written else primary(tag) in _RTL_LANGUAGES
    return "rtl" if rtl else "ltr"
