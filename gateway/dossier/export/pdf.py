# SPDX-License-Identifier: EUPL-1.2
"""Pages as a tagged PDF (PDF/UA-1), laid out by Typst, which brings its own fonts: the same bytes on every machine.

What people wrote reaches the layout as data, never as its language.
"""

from importlib.resources import as_file, files

import orjson

from gateway.dossier.export.letters import set_in_french
from gateway.dossier.export.pages import Line, Pages
from gateway.dossier.words import State

STATES = {
    State.PENDING: "En attente du registre",
    State.RETRIEVED: "Récupéré à la source",
    State.DECLARED: "Déclaré",
    State.MISSING: "Manquant",
    State.OUT_OF_SCOPE: "Hors périmètre",
    State.UNAVAILABLE: "Registre indisponible",
    State.CONTESTED: "Contesté par l'entreprise",
}
"""What a reader is told of a state."""


def pdf(pages: Pages) -> bytes:
    """The document's bytes. Takes some tens of milliseconds of a core: call it outside the event loop."""
    import typst  # 80 MB of layout engine, loaded by those who print

    told = {
        "title": set_in_french(pages.title),
        "subtitle": set_in_french(pages.subtitle),
        "reference": set_in_french(pages.reference),
        "issued": set_in_french(pages.issued),
        "mention": set_in_french(pages.mention),
        "sections": [
            {
                "title": set_in_french(section.title),
                "introduction": set_in_french(section.introduction),
                "nothing": set_in_french(section.nothing or "Rien à signaler."),
                "lines": [_line(line) for line in section.lines],
            }
            for section in pages.sections
        ],
    }
    with as_file(files("gateway.dossier.export").joinpath("pages.typ")) as template:
        content: bytes = typst.compile(
            template,
            sys_inputs={"data": orjson.dumps(told).decode()},
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
        )
    return content


def _line(line: Line) -> dict[str, str]:
    return {
        "label": set_in_french(line.label),
        "text": set_in_french(line.text),
        "state": STATES[line.state] if line.state else "",
        "source": set_in_french(line.source),
        "note": set_in_french(line.note),
    }
