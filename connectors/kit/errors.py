# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong at a registry, by what the caller can do next.

    RegistryError
    ├── NotFound              003  correct the identifier, or accept that nothing is known
    │   └── KnownAbsent       003  the same, said so firmly that it may be kept
    ├── Forbidden             005  nobody may read this entity
    ├── RegistryUnavailable   001  retry later
    │   └── RegistryClosed    001  retry later: it said itself that it is closed
    ├── RegistryTimeout       002  retry later
    ├── RegistryNameUnknown   004  our operator must look
    ├── RegistryThrottled     008  retry later, slower
    ├── BadCertificate        009  our operator must look
    ├── RegistryPassing       011  retry now or soon
    ├── RegistryInternal      000  retry later
    ├── NetworkDown         00501  retry in a few seconds
    ├── BadDocument   051/055/056  the registry sent something that is no document
    ├── UnknownAnswer         999  our operator must look
    └── RegistryRefusal       ...  the registry's own refusals, from its contract's table

A connector raises these and knows nothing of HTTP statuses or of our wording.
"""

from collections.abc import Mapping, Sequence
from typing import Self


class RegistryError(Exception):
    """A registry did not answer the question.

    `suffix`: the three digits after the registry's error prefix. `retry_in`: seconds, when it is known.
    `provider_errors`: the registry's own errors, passed on to the caller as received. `throttles`: it says that it is
    asked too often, and whoever asks it should go slower.
    """

    suffix = "999"
    throttles = False

    def __init__(
        self,
        *,
        retry_in: int | None = None,
        provider_errors: Sequence[object] | None = None,
        meta: Mapping[str, object] | None = None,
    ) -> None:
        """`meta`: what else the contract says beside the error."""
        super().__init__(self.suffix)
        self.retry_in = retry_in
        self.provider_errors = provider_errors
        self.meta = meta or {}

    def told_again(self, retry_in: int) -> Self:
        """The same error, for somebody who asks later: in `retry_in` seconds, without the registry's own errors."""
        again = type(self).__new__(type(self))
        again.__dict__.update(self.__dict__, retry_in=retry_in, provider_errors=None)
        return again


class NotFound(RegistryError):
    """The registry does not know this entity, or it is outside its scope."""

    suffix = "003"


class KnownAbsent(NotFound):
    """The registry itself says that there is nothing, and its contract's `absent_for` says how long that holds."""


class Forbidden(RegistryError):
    """The law forbids telling anyone about this entity."""

    suffix = "005"


class RegistryUnavailable(RegistryError):
    """The registry refuses connections, drops them, or says it is unavailable."""

    suffix = "001"


class RegistryClosed(RegistryUnavailable):
    """The registry answers 503: it is there, and closed for now."""


class RegistryTimeout(RegistryError):
    """The registry did not answer in time, or hung up before the end."""

    suffix = "002"


class RegistryNameUnknown(RegistryError):
    """The registry's host name has no address."""

    suffix = "004"


class RegistryThrottled(RegistryError):
    """The registry's own quota for us is used up."""

    suffix = "008"
    throttles = True


class BadCertificate(RegistryError):
    """The registry's TLS certificate is not valid."""

    suffix = "009"


class RegistryPassing(RegistryError):
    """A passing error of the registry."""

    suffix = "011"


class RegistryInternal(RegistryError):
    """The registry says that something broke inside it, or redirects where it should not."""

    suffix = "000"


class NetworkDown(RegistryError):
    """Our own network does not reach the registry."""

    suffix = "501"


class UnknownAnswer(RegistryError):
    """The registry answered something its sheet does not know."""

    suffix = "999"


class BadDocument(RegistryError):
    """The registry sent something that is no usable document."""

    def __init__(self, suffix: str) -> None:
        """`suffix`: 051 base64 cannot be read, 055 not a PDF, 056 empty."""
        self.suffix = suffix
        super().__init__()


class RegistryRefusal(RegistryError):
    """A refusal of the registry's own, as its contract's table words it."""

    def __init__(
        self,
        suffix: str,
        status: int,
        title: str,
        detail: str,
        *,
        retry_in: int | None = None,
        provider_errors: Sequence[object] | None = None,
        meta: Mapping[str, object] | None = None,
        throttles: bool = False,
    ) -> None:
        self.suffix = suffix
        self.status = status
        self.title = title
        self.detail = detail
        self.throttles = throttles
        super().__init__(retry_in=retry_in, provider_errors=provider_errors, meta=meta)
