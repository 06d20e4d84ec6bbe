# SPDX-License-Identifier: EUPL-1.2
"""How organisations are called on pages: as their habilitations say, read again every half minute."""

import time
from collections.abc import Mapping

from gateway.identity.register import Register, RegisterUnavailable

_EVERY_S = 30.0


class Organisations:
    """Names from the register. An organisation with several habilitations is called as its first one says."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._by_siret: Mapping[str, str] = {}
        self._by_habilitation: Mapping[str, str] = {}
        self._until = 0.0

    def by_siret(self) -> Mapping[str, str]:
        """The name of each SIRET."""
        self._read()
        return self._by_siret

    def by_number(self) -> Mapping[str, str]:
        """The name of each SIRET and of each habilitation: what a record may hold of who asked."""
        self._read()
        return {**self._by_siret, **self._by_habilitation}

    def _read(self) -> None:
        if time.monotonic() < self._until:
            return
        self._until = time.monotonic() + _EVERY_S
        try:
            found = self._register.habilitations()  # the first created comes first
        except RegisterUnavailable:
            return  # a name less is no reason to show nothing
        self._by_siret = {one.siret: one.name for one in reversed(found)}
        self._by_habilitation = {one.id: one.name for one in found}
