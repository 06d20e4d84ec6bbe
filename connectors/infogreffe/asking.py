# SPDX-License-Identifier: EUPL-1.2
"""The one question put to Infogreffe, in SOAP 1.1, and what its answer means before any product reads it.

The status says nothing: an extract is recognised by the company's number in it, a refusal by the message in its place,
which begins with a code: `006 -DOSSIER…-`.
"""

import re
from xml.sax.saxutils import escape

from connectors.kit import NotFound, Registry, RegistryUnavailable, Reply, Siren, UnknownAnswer
from connectors.kit.xml import Element, parsed

OPERATION = "getProduitsWebServicesXML"
HEADERS = {"content-type": "text/xml", "charset": "utf-8", "soapaction": OPERATION}
UNKNOWN = frozenset({"006", "008", "065", "081"})
"""Codes of a company that is not known, has no extract, or is not entered in the register."""

_MESSAGE = re.compile(r"[0-9]{2}", re.ASCII)
_LONGEST = 300

_ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>\
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"\
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"\
 xmlns:urn="urn:WebServicesProduits"><soapenv:Header/><soapenv:Body>\
<urn:{operation} soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><arg0 xsi:type="xsd:string">\
<demande><emetteur><code_abonne>{subscriber}</code_abonne><mot_passe>{password}</mot_passe><code_requete>\
<type_profil>A</type_profil><origine_emetteur>IC</origine_emetteur><nature_requete>C</nature_requete>\
<type_document>KB</type_document><type_requete>S</type_requete><mode_diffusion><mode type="XL"/></mode_diffusion>\
<media>WS</media></code_requete></emetteur><commande><num_siren>{siren}</num_siren></commande></demande>\
</arg0></urn:{operation}></soapenv:Body></soapenv:Envelope>"""


async def ask(siren: Siren, infogreffe: Registry) -> Element:
    """The whole answer when it holds an extract. Raises the registry's errors, refusals included."""
    body = _ENVELOPE.format(
        operation=OPERATION,
        subscriber=escape(infogreffe.secret("code_abonne")),
        password=escape(infogreffe.secret("mot_passe")),
        siren=escape(siren),
    )
    return read(await infogreffe.post_bytes("", body.encode(), headers=HEADERS), infogreffe)


def read(reply: Reply, infogreffe: Registry) -> Element:
    """The answer's root when it holds an extract. Raises what its message means, UnknownAnswer when it has none."""
    if reply.status != 200:
        raise UnknownAnswer
    root = parsed(reply.body)
    # An officer that is a company has a number too, written as a text: the extract's own comes first, as an attribute.
    number = next(root.iter("num_ident"), None)
    if number is not None and number.get("siren"):
        return root
    message = _message(root)
    code = message[:3]
    if code in UNKNOWN:
        raise NotFound(meta={"provider_error": {"code": code, "message": message[5:-1]}})
    match code:
        case "003":
            raise infogreffe.refusal("identifiants_refuses")
        case "014":
            raise infogreffe.refusal("commande_refusee")
        case "999":
            raise RegistryUnavailable
        case _:
            raise UnknownAnswer


def _message(root: Element) -> str:
    """The last text found in the answer's `return`; empty when it does not begin with two digits."""
    place = next(root.iter("return"), None)
    texts = [] if place is None else [found for text in place.itertext() if (found := text.strip())]
    return texts[-1][:_LONGEST] if texts and _MESSAGE.match(texts[-1]) else ""
