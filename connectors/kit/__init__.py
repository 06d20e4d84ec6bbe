# SPDX-License-Identifier: EUPL-1.2
"""All that a connector may import: identifiers, answers, errors, the registry's door, dates of Paris."""

from connectors.kit.answer import Answer, Caller, Document, MayLack
from connectors.kit.door import Registry, Reply
from connectors.kit.errors import (
    BadDocument,
    Forbidden,
    KnownAbsent,
    NotFound,
    RegistryError,
    RegistryInternal,
    RegistryPassing,
    RegistryRefusal,
    RegistryThrottled,
    RegistryTimeout,
    RegistryUnavailable,
    UnknownAnswer,
)
from connectors.kit.identifiers import Siren, Siret, luhn, siren_of

__all__ = [
    "Answer",
    "BadDocument",
    "Caller",
    "Document",
    "Forbidden",
    "KnownAbsent",
    "MayLack",
    "NotFound",
    "Registry",
    "RegistryError",
    "RegistryInternal",
    "RegistryPassing",
    "RegistryRefusal",
    "RegistryThrottled",
    "RegistryTimeout",
    "RegistryUnavailable",
    "Reply",
    "Siren",
    "Siret",
    "UnknownAnswer",
    "luhn",
    "siren_of",
]
