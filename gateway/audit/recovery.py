# SPDX-License-Identifier: EUPL-1.2
"""Another log in the place of one that cannot be continued: under a new name, and beginning with the old one's head.

When the right file is gone for good, signing on from an older copy would tell two histories under one name. So the old
log is put aside, never deleted, and the new one says in its first record which head it takes over from: whoever holds
a receipt or a checkpoint of the old one sees where it stopped, and that it was said.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.anchor import Anchor
from gateway.audit.held import Held, alone
from gateway.audit.ledger import Ledger, LogUnavailable
from gateway.audit.note import BadNote, Checkpoint, Signer, Verifier
from gateway.audit.stores.address import Place
from gateway.audit.stores.places import source_at
from gateway.audit.stores.writers import store_at
from gateway.audit.trouble import unreadable

_FILES = ("", "-wal", "-shm")


class NotRecovered(Exception):
    """The log is left as it is. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done. `old`: the last head that is known to have been signed; `aside`: where the old log is now."""

    old: Checkpoint
    aside: str


def recover(
    place: Place, anchor: Path, signer: Signer, stamp: str, first_record: Callable[[Checkpoint], bytes]
) -> Recovered:
    """Put the old log aside and found another, signed by `signer` under its new name. `stamp`: names what is put aside.

    Not while anybody writes there: what they add would be in neither log. Nothing is lost at any moment: until the last
    step, the old memory refuses every log but the old one. Raises NotRecovered, LogUnavailable, OSError.
    """
    with _unwritten(place):
        old = _last_signed(place, Anchor(anchor), signer.verifier.key)
        if old.origin == signer.name:
            raise NotRecovered(f"le nouveau journal doit porter un autre nom que « {old.origin} »")
        record = first_record(old)
        note, aside = (
            _in_file(place, signer, stamp, record) if isinstance(place, Path) else ("", _put_aside(place, stamp))
        )
    if not isinstance(place, Path):
        note = _in_database(place, signer, record, aside)
    if anchor.exists():
        shutil.copyfile(anchor, anchor.with_name(f"{anchor.name}.{stamp}"))
    Anchor(anchor).keep(note)
    return Recovered(old, aside)


@contextmanager
def _unwritten(place: Place) -> Iterator[None]:
    """See held.alone. Raises NotRecovered while somebody writes."""
    try:
        with alone(place):
            yield
    except Held as error:
        raise NotRecovered(str(error)) from error


def _last_signed(place: Place, anchor: Anchor, key: bytes) -> Checkpoint:
    """The largest head that our key signed, as the store or our memory has it."""
    notes = []
    with suppress(UnicodeDecodeError):
        notes.append(anchor.note())
    try:
        with closing(source_at(place)) as source, source.reading() as rows:
            notes += [str(head[-1]) for head in rows.heads()]
    except unreadable():
        pass  # the anchor may still know one
    signed = [found for note in notes if note and (found := _opened(note, key))]
    if not signed:
        raise NotRecovered("ni le journal ni sa mémoire ne montrent une tête que cette clé ait signée")
    return max(signed, key=lambda head: head.size)


def _opened(note: str, key: bytes) -> Checkpoint | None:
    try:
        return Checkpoint.parse(Verifier(note.partition("\n")[0], key).open(note))
    except BadNote:
        return None


def _founded(place: Place, signer: Signer, record: bytes) -> str:
    """A new log at this place with this one record, published; its note."""
    with closing(Ledger(store_at(place), signer)) as ledger:
        ledger.open()
        ledger.append([record])
        return ledger.publish().note


def _in_file(path: Path, signer: Signer, stamp: str, record: bytes) -> tuple[str, str]:
    draft = path.with_name(f"{path.name}.new-{stamp}")
    note = _founded(draft, signer, record)
    aside = path.with_name(f"{path.name}.{stamp}")
    for suffix in _FILES:
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    for suffix in _FILES:
        with suppress(FileNotFoundError):
            Path(f"{draft}{suffix}").rename(f"{path}{suffix}")
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return note, aside.name


def _put_aside(address: str, stamp: str) -> str:
    from gateway.audit.stores.postgres import put_aside

    return put_aside(address, stamp)


def _in_database(address: str, signer: Signer, record: bytes, aside: str) -> str:
    try:
        return _founded(address, signer, record)
    except LogUnavailable as error:
        raise LogUnavailable(f"{error} ; l'ancien journal est dans le schéma {aside}") from error
