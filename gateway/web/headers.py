# SPDX-License-Identifier: EUPL-1.2
"""What every page says to the browser besides its text, and which paths are pages.

Nothing inline, nothing from elsewhere, in nobody's frame. The referrer stays within the site, and is not switched off
altogether: browsers would then send `Origin: null` with our own forms, and nobody could tell them from a stranger's.
"""

from collections.abc import Mapping

PREFIXES = (
    *("/connexion", "/deconnexion", "/compte", "/console", "/entreprise", "/instruction", "/candidature", "/aide"),
    *("/candidater", "/operateur", "/acheteur", "/a-propos"),
)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

ALWAYS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
HSTS = "max-age=63072000"


def is_page(path: str) -> bool:
    """Whether a path is a page for people, where even errors are pages."""
    return path == "/" or any(path == prefix or path.startswith(prefix + "/") for prefix in PREFIXES)


def page_headers(*, secure: bool, personal: bool = True) -> dict[str, str]:
    """The headers of a page. `secure`: the public address is https. `personal`: nobody may keep a copy."""
    found = dict(ALWAYS)
    if secure:
        found["strict-transport-security"] = HSTS
    found["cache-control"] = "no-store" if personal else "public, max-age=300"
    return found
