# SPDX-License-Identifier: EUPL-1.2
"""What a readable document says, before it is laid out: sections of lines, each with where it comes from."""

from dataclasses import dataclass

from gateway.dossier.words import State


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said. `state`: None for what nobody had to say (the tender's own title). `source`: who said it, when,
    until when; `note`: what its reader must know (contested, completed after the deposit…).
    """

    label: str
    text: str
    state: State | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that go together, under a heading and perhaps a sentence. `nothing`: what is said when there is no line."""

    title: str
    lines: tuple[Line, ...] = ()
    introduction: str = ""
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """A whole document. `mention`: one sentence on what it is worth; `reference`: shown at the foot of each page."""

    title: str
    subtitle: str
    reference: str
    issued: str
    mention: str
    sections: tuple[Section, ...]
