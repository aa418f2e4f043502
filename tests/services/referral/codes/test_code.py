"""The one-time code as people read, type and mistype it."""

from hypothesis import assume, given
from hypothesis import strategies as st

from services.referral.codes.domain import ALPHABET, BITS, SYMBOLS, TWINS, code_from, fingerprint, read, same, shown

codes = st.integers(0, (1 << BITS) - 1).map(code_from)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def test_a_code_has_at_least_75_random_bits_in_four_groups_of_four() -> None:
    assert BITS >= 75
    assert [len(group) for group in shown(code_from(1 << 74)).split("-")] == [4, 4, 4, 4]


def test_no_symbol_looks_like_another() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set(ALPHABET) & set("ILOU")


@given(numbers=st.lists(st.integers(0, (1 << BITS) - 1), min_size=2, max_size=2, unique=True))
def test_two_numbers_never_give_one_code(numbers: list[int]) -> None:
    assert code_from(numbers[0]) != code_from(numbers[1])


@given(code=codes)
def test_what_is_shown_is_read(code: str) -> None:
    assert read(shown(code)) == code


@given(code=codes, gaps=st.lists(st.sampled_from(["", " ", "-", " – ", ".", "\u00a0", "\t"]), min_size=16, max_size=16))
def test_case_gaps_and_look_alikes_do_not_matter(code: str, gaps: list[str]) -> None:
    typed = "".join(gap + symbol for gap, symbol in zip(gaps, code, strict=True))
    assert read(typed) == code
    assert read(typed.lower()) == code
    assert read(code.replace("0", "O").replace("1", "l")) == code
    assert read(code.replace("0", "o").replace("1", "I")) == code


@given(code=codes)
def test_digits_of_another_script_and_letters_of_another_keyboard_are_read(code: str) -> None:
    assert read(code.translate(ARABIC)) == code
    for twin, symbol in TWINS.items():
        assert read(code.replace(chr(symbol), chr(twin))) == code


@given(code=codes, place=st.integers(0, SYMBOLS - 1), wrong=st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_always_noticed(code: str, place: int, wrong: str) -> None:
    assume(wrong != code[place])
    assert read(code[:place] + wrong + code[place + 1 :]) is None


@given(code=codes, places=st.lists(st.integers(0, SYMBOLS - 1), min_size=2, max_size=2, unique=True))
def test_two_symbols_that_changed_places_are_always_noticed(code: str, places: list[int]) -> None:
    one, other = places
    assume(code[one] != code[other])
    symbols = list(code)
    symbols[one], symbols[other] = symbols[other], symbols[one]
    assert read("".join(symbols)) is None


@given(typed=st.text(max_size=60))
def test_whatever_is_typed_is_a_whole_code_or_none(typed: str) -> None:
    code = read(typed)
    assert code is None or (len(code) == SYMBOLS and set(code) <= set(ALPHABET) and read(code) == code)


@given(code=codes, other=codes)
def test_the_fingerprint_is_the_codes_own_and_needs_the_key(code: str, other: str) -> None:
    assume(code != other)
    stored = fingerprint(b"k" * 32, code)
    assert same(stored, fingerprint(b"k" * 32, code))
    assert not same(stored, fingerprint(b"k" * 32, other))
    assert not same(stored, fingerprint(b"x" * 32, code))
    assert not same(None, stored)
