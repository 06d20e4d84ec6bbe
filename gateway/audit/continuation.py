# SPDX-License-Identifier: EUPL-1.2
"""Whether a store goes on from what we know of it: its head against its records, and against every memory we have.

Two heads of one size with two roots, both signed by us, would be the end of all proof. So nothing is signed on top of
rows that do not lead to their own head, nor on a head that does not contain what was signed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.audit.anchor import Anchor
from gateway.audit.growth import Head
from gateway.audit.layout import CHAIN_START, TILE_WIDTH
from gateway.audit.merkle import BadProof, Frontier, leaf_hash, verify_consistency
from gateway.audit.note import BadNote, Checkpoint, Verifier, open_checkpoint
from gateway.audit.stores.rows import Rows
from gateway.audit.stores.store import Contradiction
from gateway.audit.tiles import BadTile, Tiles
from gateway.audit.tree import HASH_BYTES, Tree, edge_tiles, fits, hashes_of

_REMEDY = (
    "remettez le bon journal à sa place, ou commencez-en délibérément un autre, qui nomme celui-ci, "
    "par « dlnuf audit recover »"
)


class Forgotten(Exception):
    """The store does not contain what was signed before. The message says so in French, and what to do."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A head that is known to have been signed. `name`: of who remembers it."""

    name: str
    checkpoint: Checkpoint


def memories_of(anchor: Anchor | None, notes: Sequence[str], verifier: Verifier) -> list[Memory]:
    """What is remembered outside of the store. Raises Forgotten when a memory cannot be used, OSError."""
    kept = [("un témoin", note) for note in notes]
    if anchor is not None:
        try:
            note = anchor.note()
        except UnicodeDecodeError as error:
            raise Forgotten(f"{anchor.name} n'est pas du texte : {_REMEDY}") from error
        if note is not None:
            kept.append((anchor.name, note))
    memories = []
    for name, note in kept:
        try:
            memories.append(Memory(name, open_checkpoint(note, verifier)))
        except BadNote as error:
            reason = (
                f"{name} ne garde pas une tête de ce journal ({error}) : le nom du journal ou sa clé ont-ils changé ?"
            )
            raise Forgotten(f"{reason} Sinon, {_REMEDY}") from error
    return memories


def expect_remembered(store: str, tree: "tuple[Checkpoint, Tiles] | None", memories: Sequence[Memory]) -> None:
    """Check that the store's tree (None: it has none) contains every head that is remembered. Raises Forgotten."""
    for memory in memories:
        old = memory.checkpoint
        if tree is None:
            if old.size:
                seen = f"{memory.name} se souvient de {old.size} enregistrements"
                raise Forgotten(f"{store} manque ou est vide, alors que {seen} : {_REMEDY}")
            continue
        head, tiles = tree
        if old.size > head.size:
            seen = f"{store} compte {head.size} enregistrements, et {memory.name} en a vu {old.size}"
            raise Forgotten(f"{seen} : c'est une copie plus ancienne ou un autre journal ; {_REMEDY}")
        try:
            proof = tiles.consistency(old.size)
            verify_consistency(old.size, head.size, old.root, head.root, proof)
        except (BadProof, BadTile) as error:
            seen = f"les {old.size} premiers enregistrements de {store} ne sont pas ceux que {memory.name} a vu signer"
            raise Forgotten(f"{seen} ({error}) : {_REMEDY}") from error


def tiles_of(rows: Rows, head: Head) -> tuple[Checkpoint, Tiles]:
    """The tree of this head, to be asked for proofs from the store's tiles."""

    def read(level: int, index: int, width: int) -> bytes:
        if level == 0:
            return b"".join(rows.leaves(index * TILE_WIDTH, index * TILE_WIDTH + width))
        return (rows.tile(level, index) or b"")[: width * HASH_BYTES]

    return Checkpoint("", head.tree.size, head.root), Tiles(read, head.tree.size)


def continued(rows: Rows, known: Head | None, verifier: Verifier) -> Head:
    """The head of the store, once it is checked to go with its records, and to continue the head we know, if any.

    Raises Contradiction.
    """
    if complaint := rows.schema_complaint():
        raise Contradiction(complaint)
    heads = rows.heads()
    if len(heads) != 1:
        raise Contradiction(f"la table head a {len(heads)} lignes au lieu d'une")
    size, root, chain, frontier, note = heads[0]
    if type(size) is not int or type(frontier) is not bytes or type(chain) is not bytes or type(note) is not str:
        raise Contradiction("une colonne de la tête n'est pas du type attendu")
    tree = _grown(rows, known.tree, size) if known else _read(rows, frontier, chain)
    if (rows.last_record() or (-1, CHAIN_START)) != (size - 1, chain) or (tree.size, tree.chain) != (size, chain):
        raise Contradiction("la tête ne va pas avec le dernier enregistrement")
    found = tree.root()
    if (found, tree.frontier.to_bytes()) != (root, frontier):
        raise Contradiction("la racine de la tête n'est pas celle des enregistrements")
    try:
        signed = open_checkpoint(note, verifier)
    except BadNote as error:
        raise Contradiction(f"la tête n'est pas signée par notre clé ({error})") from error
    if (signed.size, signed.root) != (size, root):
        raise Contradiction("la tête signée n'est pas celle du journal")
    head = Head(tree, found, note)
    if known is None:
        _expect_published(rows, head, verifier)
    return head


def _grown(rows: Rows, known: Tree, size: int) -> Tree:
    """The tree we know, with the records that others have written since."""
    tree = known.copy()
    if size < tree.size:
        raise Contradiction(f"il a perdu des enregistrements : {size} au lieu de {tree.size}")
    for _, leaf, entry, _ in rows.records(tree.size):
        if type(leaf) is not bytes or (type(entry) is bytes and leaf_hash(entry) != leaf):
            raise Contradiction(f"l'enregistrement {tree.size} n'est pas celui de sa feuille")
        tree.add(leaf)
    return tree


def _read(rows: Rows, content: bytes, chain: bytes) -> Tree:
    """The tree as the store has it: its frontier goes with the last leaves and with the last tile of each level."""
    try:
        frontier = Frontier.from_bytes(content)
    except ValueError as error:
        raise Contradiction("la frontière de l'arbre est illisible") from error
    start = frontier.size - frontier.size % TILE_WIDTH
    if not fits(frontier, 0, rows.leaves(start, start + TILE_WIDTH)):
        raise Contradiction("les dernières feuilles ne vont pas avec la frontière de l'arbre")
    edges: dict[int, bytes] = {}
    for level, (index, width) in edge_tiles(frontier.size).items():
        edges[level] = rows.tile(level, index) or b""
        if len(edges[level]) != width * HASH_BYTES or not fits(frontier, level, hashes_of(edges[level])):
            raise Contradiction(f"la dernière tuile du niveau {level} ne va pas avec la frontière de l'arbre")
    return Tree(frontier, chain, edges)


def _expect_published(rows: Rows, head: Head, verifier: Verifier) -> None:
    """Check that the head goes on from the last one that was shown to others."""
    last = rows.last_published()
    if last is None:
        raise Contradiction("aucune tête n'a été publiée")
    try:
        memory = Memory("la dernière tête publiée", open_checkpoint(last[1], verifier))
        expect_remembered("le journal", tiles_of(rows, head), [memory])
    except BadNote as error:
        raise Contradiction(f"la dernière tête publiée n'est pas signée par notre clé ({error})") from error
    except Forgotten as error:
        raise Contradiction(str(error)) from error
