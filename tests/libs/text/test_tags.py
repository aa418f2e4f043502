"""Language tags are data: any well-formed one is welcome, and its direction follows from script or language."""

import pytest

from libs.text.tags import direction, is_well_formed, primary, script


@pytest.mark.parametrize("tag", ["de", "ar", "prs", "pt-BR", "es-419", "sr-Latn", "sr-Cyrl-RS", "de-simple", "ku-Arab"])
def test_tags_of_the_programmes_are_well_formed(tag: str) -> None:
    assert is_well_formed(tag)


@pytest.mark.parametrize(
    "tag", ["", "d", "DE", "de_DE", "deutsch", "de-", "x-secret", "de-x-anna", "de\n", "de-" + "a" * 30]
)
def test_other_strings_are_not(tag: str) -> None:
    assert not is_well_formed(tag)


@pytest.mark.parametrize(
    "tag", ["ar", "fa", "fa-AF", "ps", "ur", "prs", "ckb", "he", "yi", "dv", "sd", "ug", "ku-Arab", "az-Arab-IR"]
)
def test_right_to_left(tag: str) -> None:
    assert direction(tag) == "rtl"


@pytest.mark.parametrize("tag", ["de", "sr-Cyrl", "ku", "kmr", "ur-Latn", "ar-Latn", "tr", "el", "de-simple"])
def test_left_to_right(tag: str) -> None:
    assert direction(tag) == "ltr"


def test_the_parts_of_a_tag() -> None:
    assert (primary("sr-Latn-RS"), script("sr-Latn-RS")) == ("sr", "Latn")
    assert (primary("pt-BR"), script("pt-BR")) == ("pt", None)
    assert (primary("de-simple"), script("de-simple")) == ("de", None)
