# SPDX-License-Identifier: EUPL-1.2
"""No line ends between a French sign and the word that it belongs to."""

import pytest

from gateway.typography import typeset


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        ("Urssaf : à jour ; au 1er mars", "Urssaf_: à jour_; au 1er mars"),
        ("Est-ce tout ? Non !", "Est-ce tout_? Non_!"),
        ("le lot « Gros œuvre », puis", "le lot «_Gros œuvre_», puis"),
        ("(« portail ») et « lien ».", "(«_portail_») et «_lien_»."),
        ("12 % de 1 500 €, net", "12_% de 1 500_€, net"),
        ("<dt>Situation :</dt>", "<dt>Situation_:</dt>"),
    ],
)
def test_french_signs_stay_with_their_word(written: str, set_: str) -> None:
    assert typeset(written) == set_.replace("_", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize("text", ["a :b", "{ color :red }", " : en tête", "sans signe", "«»"])
def test_other_spaces_stay_as_they_are(text: str) -> None:
    assert typeset(text) == text


def test_what_is_set_twice_is_set_once() -> None:
    once = typeset("« A » : oui !")
    assert typeset(once) == once
