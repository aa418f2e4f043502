"""Where the law that applies is made; no place below the Land is ever part of a fact."""

from enum import StrEnum


class Land(StrEnum):
    """The sixteen Länder (ISO 3166-2:DE), the federation, abroad, or not to be determined."""

    BW = "de-bw"
    BY = "de-by"
    BE = "de-be"
    BB = "de-bb"
    HB = "de-hb"
    HH = "de-hh"
    HE = "de-he"
    MV = "de-mv"
    NI = "de-ni"
    NW = "de-nw"
    RP = "de-rp"
    SL = "de-sl"
    SN = "de-sn"
    ST = "de-st"
    SH = "de-sh"
    TH = "de-th"
    FEDERAL = "federal"
    ABROAD = "abroad"
    UNKNOWN = "unknown"
