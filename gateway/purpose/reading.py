# SPDX-License-Identifier: EUPL-1.2
"""Reading a policy file key by key, so that whatever is wrong is told with its file, its place and what to do."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from gateway.purpose.model import PolicyError


class Section:
    """One table of a TOML file. Every reader checks the type; `only` refuses what no reader knows."""

    def __init__(self, values: Mapping[str, Any], file: str, place: str = "") -> None:
        self._values = values
        self.file = file
        self.place = place

    def wrong(self, complaint: str, key: str = "") -> NoReturn:
        """Raise PolicyError about this section, or one of its keys."""
        raise PolicyError(
            self.file, ", ".join(part for part in (self.place, key and f"clé « {key} »") if part), complaint
        )

    def only(self, *known: str) -> None:
        """Refuse any key that is not one of these."""
        for key in self._values:
            if key not in known:
                self.wrong(f"clé inconnue ; celles que l'on peut écrire ici sont : {', '.join(known)}", key)

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return key in self._values

    def names(self) -> Sequence[str]:
        """All keys, in the file's order."""
        return list(self._values)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; `default` when the key is not written and may be left out."""
        if key not in self._values and default is not None:
            return default
        value = self._required(key)
        if not isinstance(value, str) or not value.strip():
            self.wrong("un texte non vide est attendu", key)
        return value.strip()

    def raw(self, key: str, default: str) -> str:
        """A text as it is, which may be empty."""
        value = self._values.get(key, default)
        if not isinstance(value, str):
            self.wrong("un texte est attendu", key)
        return value

    def one_of(self, key: str, choices: Sequence[str]) -> str:
        """One of a few texts."""
        value = self.text(key)
        if value not in choices:
            self.wrong(f"« {value} » ne convient pas ; écrivez l'une de ces valeurs : {', '.join(choices)}", key)
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None, *, empty: bool = False) -> tuple[str, ...]:
        """A list of different texts; an empty list only where `empty` allows it."""
        if key not in self._values and default is not None:
            return default
        value = self._required(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.wrong("une liste de textes non vides est attendue", key)
        if not value and not empty:
            self.wrong("la liste est vide ; or une liste vide n'accorde rien : complétez-la, ou retirez la clé", key)
        if len(set(value)) != len(value):
            self.wrong("la même valeur y est écrite deux fois", key)
        return tuple(value)

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            self.wrong("true ou false est attendu", key)
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number above zero; without a default it must be there."""
        value = self._required(key) if default is None else self._values.get(key, default)
        if type(value) is not int or value < 1:
            self.wrong("un nombre entier supérieur à zéro est attendu", key)
        return value

    def section(self, key: str) -> "Section":
        """The table below `key`."""
        value = self._required(key)
        if not isinstance(value, dict):
            self.wrong("une table est attendue", key)
        return Section(value, self.file, f"[{key}]")

    def sections(self, key: str) -> list["Section"]:
        """The tables of a list that is not empty."""
        value = self._required(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            self.wrong("au moins une table est attendue", key)
        return [Section(item, self.file, f"{key}, n° {rank}") for rank, item in enumerate(value, 1)]

    def is_text(self, key: str) -> bool:
        """Whether the key holds a text."""
        return isinstance(self._values.get(key), str)

    def _required(self, key: str) -> Any:
        if key not in self._values:
            self.wrong("cette clé est obligatoire : ajoutez-la", key)
        return self._values[key]


def read(path: Path, file: str) -> Section:
    """The whole of a TOML file. `file` names it in what is told. Raises PolicyError."""
    try:
        return Section(tomllib.loads(path.read_text("utf-8")), file)
    except FileNotFoundError:
        raise PolicyError(file, "", "ce fichier manque : créez-le, ou indiquez le bon dossier de politiques") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(file, "", f"ce fichier ne peut pas être lu ({type(error).__name__})") from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(file, "", f"ce fichier n'est pas du TOML correct ({error})") from error
