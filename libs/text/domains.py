"""Which last label makes `word.label` a web address even without `http` or a path.

A list and not the whole IANA root zone: people often forget the blank after a full stop, so labels that are everyday
words (`so`, `am`, `is`, `do`, `in`, `to`) count only where a path or `www.` shows that an address is meant.
"""

_GENERIC = """
com org net info edu gov mil int biz mobi name pro eu io co app dev online site website web shop store blog page link
click live news media social chat club team group world global network foundation ngo ong charity care help jobs work
careers academy school education university center community family love life email support guide wiki xyz top icu
berlin hamburg koeln cologne bayern nrw ruhr saarland wien tirol swiss tv cc gl gd ly tk ws fm gg
"""

_COUNTRIES = """
de at ch li lu fr be nl it es pt pl cz sk hu ro bg gr cy hr si rs ba me mk al xk tr ru su by ua md ge az kz kg tj uz tm
ir af pk iq sy lb jo ps il eg ly tn dz ma sd er et ke ng gh sn ci cm sa ae qa kw om ye bd lk np vn th ph cn jp kr mn
uk ie dk se fi ee lv lt mt ca mx br ar cl pe ve ec bo py uy cr cu gt hn sv za au nz
"""

_INTERNATIONAL = "рф рус укр бел бг мкд срб қаз мон ею сайт онлайн ком орг дети москва ευ ελ հայ გე"

TOP_LEVEL = frozenset(f"{_GENERIC} {_COUNTRIES} {_INTERNATIONAL}".split())


def looks_like_host(host: str, certain: bool) -> int:
    """How many characters of `host` (dotted labels, as typed) are a host name; 0 when none are.

    `certain` says that a path follows. `amt.de.Danke` is the host `amt.de` and a sentence that lacks its blank;
    `Frage.Es` is two sentences, because nobody capitalises only the first letter of a top-level label.
    """
    labels = host.split(".")
    for count in range(len(labels), 1, -1):
        last = labels[count - 1]
        known = last.lower() in TOP_LEVEL or (certain and count == len(labels)) or last.lower().startswith("xn--")
        if known and not _is_titled(last) and any(map(str.isalpha, "".join(labels[: count - 1]))):
            return len(".".join(labels[:count]))
    return 0


def _is_titled(label: str) -> bool:
    return label[0].isupper() and not label.isupper()
