# SPDX-License-Identifier: EUPL-1.2
"""Reading what a portal sends, key by key: everything that is wrong is told at once, each with its place."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from connectors.kit import Siret
from gateway.dossier.asking import instant
from gateway.dossier.refusals import all_of, fault
from gateway.dossier.words import Kind, Phase, Role, Source
from gateway.problems import Fault

LONGEST = 2_000
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", re.ASCII)
Word = TypeVar("Word", Kind, Phase, Role, Source)


class Given:
    """One object of a JSON body. Readers note what is wrong; `refuse` raises it all. `place`: a JSON pointer."""

    def __init__(self, values: object, place: str = "", faults: list[Fault] | None = None) -> None:
        self.faults: list[Fault] = [] if faults is None else faults
        self.place = place
        self._values: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
        if not isinstance(values, Mapping):
            self.wrong("", "Un objet JSON est attendu.")
            if faults is None:
                self.refuse()  # all that is missing in it would only hide this

    def wrong(self, key: str, detail: str | None = None, code: str = "00701") -> None:
        """Note a fault about a key."""
        self.faults.append(fault(code, f"{self.place}/{key}" if key else self.place or "/", detail))

    def refuse(self) -> None:
        """Raises Problem when anything was wrong."""
        if self.faults:
            raise all_of(self.faults[:20])

    def only(self, *known: str, elsewhere: Mapping[str, str] = MappingProxyType({})) -> None:
        """Note keys that nobody reads: a misspelled one must not be silently lost.

        `elsewhere`: what keys that other services read are called here.
        """
        for key in self._values:
            if key in elsewhere and key not in known:
                self.wrong(key, f"Cette clé s'écrit ici autrement : {elsewhere[key]}.")
            elif key not in known:
                self.wrong(str(key)[:60], f"Cette clé est inconnue ; celles que l'on lit : {', '.join(known)}.")

    def has(self, key: str) -> bool:
        """Whether the key is there, and not null."""
        return self._values.get(key) is not None

    def text(self, key: str, *, needed: bool = False, longest: int = LONGEST) -> str:
        """A text without control characters."""
        value = self._values.get(key)
        if value is None or value == "":
            if needed:
                self.wrong(key, "Cette donnée est obligatoire.")
            return ""
        if not isinstance(value, str) or len(value) > longest:
            self.wrong(key, f"Un texte d'au plus {longest} caractères est attendu.")
            return ""
        if any(not sign.isprintable() and sign not in "\n\t" for sign in value):
            self.wrong(key, "Ce texte contient des caractères de contrôle.")
            return ""
        text = value.strip()
        if needed and not text:
            self.wrong(key, "Cette donnée est obligatoire.")
        return text

    def siret(self, key: str, *, needed: bool = True) -> str:
        """A SIRET, well formed."""
        text = self.text(key, needed=needed, longest=20)
        if not text:
            return ""
        found = Siret.parse(text)
        if found is None:
            self.wrong(key, "Ce numéro de SIRET n'est pas correctement formé.")
        return str(found or "")

    def flag(self, key: str) -> bool:
        """true or false; false when it is not there, or null."""
        value = self._values.get(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            self.wrong(key, "true ou false est attendu.")
            return False
        return value

    def word(self, key: str, kind: type[Word], default: Word | None = None) -> Word:
        """One of a closed list."""
        words = [one.value for one in kind]
        value = self._values.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or value not in words:
            self.wrong(key, f"Écrivez l'une de ces valeurs : {', '.join(words)}.")
            return default or next(iter(kind))
        return kind(value)

    def moment(self, key: str) -> int | None:
        """A date-time (ISO 8601; Paris's when it has no zone), in epoch seconds."""
        text = self.text(key, longest=40)
        if not text:
            return None
        # A day alone, or a week, would be read as its first minute: a deadline would end a day too early.
        found = instant(text) if _MOMENT.match(text) else None
        if found is None or not 0 <= found < 32_503_680_000:
            self.wrong(key, "Une date et une heure au format ISO 8601 sont attendues.")
            return None
        return found

    def texts(self, key: str, most: int = 200, longest: int = 100) -> tuple[str, ...]:
        """A list of different texts."""
        value = self._values.get(key)
        if value is None:
            return ()
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(one, str) and 0 < len(one) <= longest and one.isprintable() for one in value)
        ):
            self.wrong(key, f"Une liste d'au plus {most} textes est attendue.")
            return ()
        return tuple(dict.fromkeys(value))

    def below(self, key: str) -> "Given":
        """The object below a key, empty when it is not there or null; its faults are told with ours."""
        found = self._values.get(key)
        return Given({} if found is None else found, f"{self.place}/{key}", self.faults)

    def each(self, key: str, most: int) -> list["Given"]:
        """The objects of a list."""
        value = self._values.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most:
            self.wrong(key, f"Une liste d'au plus {most} éléments est attendue.")
            return []
        return [Given(one, f"{self.place}/{key}/{rank}", self.faults) for rank, one in enumerate(value)]

    def raw(self, key: str) -> Any:
        """The value as it came."""
        return self._values.get(key)
