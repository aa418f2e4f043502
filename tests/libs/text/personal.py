"""Strategies for texts as people write them: words of many scripts with addresses, numbers and noise between them."""

from hypothesis import strategies as st

_PROSE = "hallo Jobcenter Bescheid سلام می‌خواهم Здравствуйте Γεια şimdi 李雷 नमस्ते am um z.B. § 24 %"
_WORDS = st.sampled_from(_PROSE.split())
_NUMBERS = st.one_of(
    st.from_regex(r"(\+49|0049|0) ?\(?[1-9][0-9]{1,3}\)?[ /.\-]?[0-9]{3,8}", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}([., ][0-9]{3}){0,2}(,[0-9]{2})?", fullmatch=True),
    st.from_regex(r"[0-3][0-9]\.[01][0-9]\.(20)?[0-9]{2}", fullmatch=True),
    st.text("0123456789٠١٢۳۴۵ ./-+()", max_size=16),
)
_NAME = st.text("abzäяسم李_.-1", min_size=1, max_size=8)
_DOMAIN = st.builds("{}.{}".format, _NAME, st.sampled_from(["de", "com", "рф", "org/x", "so", "Es", "me"]))
_ADDRESSES = st.one_of(
    st.builds("{}@{}".format, _NAME, st.one_of(_DOMAIN, _NAME)),
    st.builds("{} (at) {}".format, _NAME, _DOMAIN),
    st.builds("@{}".format, _NAME),
    _DOMAIN,
    st.builds("{}{}".format, st.sampled_from(["https://", "www.", "http:/", "t.me/", "x://"]), _DOMAIN),
)
_OF_A_PERSON = st.sampled_from(
    [
        *("DE89 3704 0044 0532 0130 00", "86 095 742 719", "65 170839 J 003", "7654321-475", "123D456789", "M-AB 1234"),
        *("Pass C01X00T47", "geb. 12.03.1990", "12.03.1990 г.р.", "Lange Str. 12a", "86150 Augsburg", "PLZ 86150"),
    ]
)
_NOISE = st.text("@@..://[](){}<>,;:!?-_+*#\u200b\u200e\u202a\u202c\ufe0f\u20e3\n\t ", max_size=4)
_PLACEHOLDERS = st.sampled_from(["[E-Mail]", "[Telefon]", "[Link]", "[Adresse]", "[IBAN]", "["])


def texts_with_personal_data() -> st.SearchStrategy[str]:
    piece = st.one_of(_WORDS, _NUMBERS, _ADDRESSES, _OF_A_PERSON, _NOISE, _PLACEHOLDERS)
    return st.lists(st.builds("{}{}".format, piece, st.sampled_from(["", " ", " ", "\n", "."])), max_size=8).map(
        "".join
    )
