# SPDX-License-Identifier: EUPL-1.2
"""The file in which a company keeps the proof of its day: JSON, checked without the log, the network or us.

    format      dlnuf.day-proof/1
    closing     the receipt (tlog-proof) of the day's `day_closed` record, under a published checkpoint
    header      what that record's `root` is the digest of
    parts       one for the open tree, one for each purpose whose embargo is over; each with the company's leaves,
                or the neighbours between which it would be
    embargoed   the purposes that are still under embargo, and until when: for everybody alike

Everything read here is hostile: whatever is not as it should be is BadDayProof, with a French sentence.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from gateway.audit.day import (
    Counted,
    Day,
    DayTree,
    Header,
    Leaf,
    Neighbour,
    Sealed,
    check_absent,
    check_present,
    is_day,
    key_of,
)
from gateway.audit.merkle import BadProof

FORMAT = "dlnuf.day-proof/1"
MAX_BYTES = 8 * 1024 * 1024
MEDIA_TYPE = "application/json"
_MOST_PATH = 63
_LARGEST = 1 << 62


class BadDayProof(Exception):
    """A file is not the proof of a day, or does not hold. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a file says that holds under its own header. `closing`: a receipt, still to be verified.

    counts: how many records, by purpose ("" for the open tree). embargoed: until when, by purpose.
    """

    header: Header
    closing: str
    commitments: tuple[str, ...]
    counts: Mapping[str, int]
    records: tuple[Counted, ...]
    embargoed: Mapping[str, str]


def written(day: Day, closing: str, commitments: Sequence[str], embargoed: Mapping[str, str]) -> str:
    """The file of a company, known by these commitments. `embargoed`: until when (a day), by purpose still sealed."""
    parts = [_part("", day.open, None, day.header.day, commitments)]
    parts += [
        _part(name, tree, day.seals[name], day.header.day, commitments)
        for name, tree in sorted(day.under_embargo.items())
        if name not in embargoed
    ]
    told = {
        "format": FORMAT,
        "closing": closing,
        "header": json.loads(day.header.text()),
        "parts": parts,
        "embargoed": dict(embargoed),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def checked(text: str) -> Claim:
    """Read a file and check its leaves under its header. Raises BadDayProof."""
    found = _object(_parsed(text), "le fichier")
    if found.get("format") != FORMAT:
        raise BadDayProof(f"le format n'est pas {FORMAT}")
    header = _header(_object(found.get("header"), "header"))
    closing = found.get("closing")
    if not isinstance(closing, str):
        _wrong("closing")
    embargoed = _object(found.get("embargoed"), "embargoed")
    if not all(name in header.sealed and is_day(until) for name, until in embargoed.items()):
        _wrong("embargoed")
    parts = {_purpose(one): _object(one, "parts") for one in _list(found.get("parts"), "parts")}
    if parts.keys() != {"", *(name for name in header.sealed if name not in embargoed)}:
        raise BadDayProof("il manque l'arbre d'une finalité, ou il y en a un de trop")
    counts: dict[str, int] = {}
    records: list[Counted] = []
    asked: set[tuple[str, ...]] = set()
    for name, part in parts.items():
        root, size = _opened(name, part, header)
        commitments, mine = _subjects(part, header, root, size, name)
        asked.add(commitments)
        counts[name] = len(mine)
        records += mine
    if len(asked) != 1:
        raise BadDayProof("les arbres ne parlent pas tous de la même entreprise")
    numbers = [one.seq for one in records]
    if len(set(numbers)) != len(numbers):
        raise BadDayProof("le même enregistrement est compté deux fois")
    return Claim(header, closing, asked.pop(), counts, tuple(sorted(records, key=lambda one: one.seq)), embargoed)  # type: ignore[arg-type]  # texts, as checked above


def _part(
    purpose: str, tree: DayTree, sealed: Sealed | None, day: str, commitments: Sequence[str]
) -> dict[str, object]:
    told: dict[str, object] = {"purpose": purpose, "subjects": [_subject(tree, day, one) for one in commitments]}
    if sealed is not None:
        told |= {"root": sealed.root.hex(), "size": sealed.size, "blind": sealed.blind.hex()}
    return told


def _subject(tree: DayTree, day: str, commitment: str) -> dict[str, object]:
    key = key_of(day, commitment)
    place = tree.place(key)
    if place is not None:
        shown = tree.shown(place)
        return {
            "commitment": commitment,
            "records": [[one.seq, one.leaf.hex()] for one in tree.records[key]],
            "index": place,
            "path": [one.hex() for one in shown.path],
        }
    before, after = tree.around(key)
    return {"commitment": commitment, "before": _neighbour(before), "after": _neighbour(after)}


def _neighbour(shown: Neighbour | None) -> dict[str, object] | None:
    if shown is None:
        return None
    return {
        "index": shown.index,
        "key": shown.leaf.key.hex(),
        "content": shown.leaf.content.hex(),
        "path": [one.hex() for one in shown.path],
    }


def _header(found: Mapping[str, object]) -> Header:
    day = found.get("day")
    sealed = _object(found.get("sealed"), "header.sealed")
    if not is_day(day) or not isinstance(day, str):
        _wrong("header.day")
    return Header(
        day,
        _number(found.get("first"), "header.first"),
        _number(found.get("stop"), "header.stop"),
        _hash(found.get("root"), "header.root"),
        _number(found.get("size"), "header.size"),
        {name: _hash(seal, "header.sealed").hex() for name, seal in sealed.items()},
    )


def _opened(name: str, part: Mapping[str, object], header: Header) -> tuple[bytes, int]:
    """The root and size of a part's tree, as the header commits to them."""
    if not name:
        return header.root, header.size
    sealed = Sealed(
        _hash(part.get("root"), "root"), _number(part.get("size"), "size"), _hash(part.get("blind"), "blind")
    )
    if sealed.seal != header.sealed[name]:
        raise BadDayProof(f"l'arbre de la finalité {name} n'est pas celui qui avait été scellé")
    return sealed.root, sealed.size


def _subjects(
    part: Mapping[str, object], header: Header, root: bytes, size: int, name: str
) -> tuple[tuple[str, ...], list[Counted]]:
    commitments: list[str] = []
    records: list[Counted] = []
    for one in _list(part.get("subjects"), "subjects"):
        told = _object(one, "subjects")
        commitment = told.get("commitment")
        if not isinstance(commitment, str) or not commitment.isascii() or len(commitment) > 200:
            _wrong("commitment")
        commitments.append(commitment)
        key = key_of(header.day, commitment)
        try:
            if "records" in told:
                mine = [_counted(row, header) for row in _list(told["records"], "records")]
                check_present(key, mine, _number(told.get("index"), "index"), _path(told.get("path")), root, size)
                records += mine
            else:
                check_absent(key, _shown(told.get("before")), _shown(told.get("after")), root, size)
        except BadProof as error:
            where = f", finalité {name}" if name else ""
            raise BadDayProof(f"la feuille de l'entreprise ne se vérifie pas{where} : {error}") from error
    if not commitments:
        _wrong("subjects")
    return tuple(commitments), records


def _counted(row: object, header: Header) -> Counted:
    pair = _list(row, "records")
    if len(pair) != 2:
        _wrong("records")
    seq = _number(pair[0], "records")
    if not header.first <= seq < header.stop:
        raise BadDayProof(f"l'enregistrement {seq} n'est pas de cette journée")
    return Counted(seq, _hash(pair[1], "records"))


def _shown(found: object) -> Neighbour | None:
    if found is None:
        return None
    told = _object(found, "voisin")
    leaf = Leaf(_hash(told.get("key"), "key"), _hash(told.get("content"), "content"))
    return Neighbour(_number(told.get("index"), "index"), leaf, _path(told.get("path")))


def _purpose(part: object) -> str:
    name = part.get("purpose") if isinstance(part, dict) else None
    if not isinstance(name, str) or len(name) > 200:
        _wrong("purpose")
    return name


def _path(found: object) -> tuple[bytes, ...]:
    rows = _list(found, "path")
    if len(rows) > _MOST_PATH:
        _wrong("path")
    return tuple(_hash(row, "path") for row in rows)


def _parsed(text: str) -> object:
    if len(text) > MAX_BYTES:
        raise BadDayProof("ce fichier est trop long")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadDayProof("ce n'est pas du JSON") from error


def _object(found: object, name: str) -> dict[str, object]:
    if not isinstance(found, dict):
        _wrong(name)
    return found


def _list(found: object, name: str) -> list[object]:
    if not isinstance(found, list):
        _wrong(name)
    return found


def _number(found: object, name: str) -> int:
    if type(found) is not int or not 0 <= found < _LARGEST:
        _wrong(name)
    return found


def _hash(found: object, name: str) -> bytes:
    if isinstance(found, str) and len(found) == 64 and found.isascii() and found == found.lower():
        with suppress(ValueError):
            return bytes.fromhex(found)
    return _wrong(name)


def _wrong(name: str) -> NoReturn:
    raise BadDayProof(f"« {name} » n'est pas écrit comme il doit l'être")
