# SPDX-License-Identifier: EUPL-1.2
"""The package lists its files and is found out as soon as one of them is not what was listed."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.packet import BadPacket, Packet
from gateway.dossier.export.data import Exported, as_json, exported
from gateway.dossier.export.package import Entry, file_name, numbered, package
from gateway.dossier.export.schema import published, schema, words
from tests.gateway.dossier.dossier_world import COMPANY, NOW, PDF, SIRET, candidature, group

COMMITTED = Path(__file__).resolve().parents[4] / "openapi" / "dossier.schema.json"
ENTRIES = (
    Entry("dossier.json", as_json(exported(candidature(), {SIRET: COMPANY}, NOW)), "data"),
    Entry("documents/attestation.pdf", PDF, "document", f"{SIRET}:attestation_vigilance"),
    Entry("reponses/vigilance.json", b'{"data":{}}', "answer"),
    Entry("recus/vigilance.tlog-proof", b"recu", "receipt", proves="reponses/vigilance.json"),
)
WHOLE = package(candidature(), ENTRIES)


def test_a_package_is_read_back_as_it_was_made() -> None:
    packet = Packet(WHOLE)
    assert packet.manifest["number"] == "CA-2026-000001"
    assert [one.path for one in packet.of("receipt")] == ["recus/vigilance.tlog-proof"]
    assert next(packet.of("receipt")).proves == "reponses/vigilance.json"
    assert packet.content("documents/attestation.pdf") == PDF
    with pytest.raises(BadPacket, match="ne contient pas"):
        packet.content("autre")


def test_the_same_dossier_gives_the_same_bytes() -> None:
    assert package(candidature(), ENTRIES) == WHOLE


def changed(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The package with its files changed behind the manifest's back."""
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    change(found)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def relisted(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(found: dict[str, bytes]) -> None:
        manifest = json.loads(found["manifest.json"])
        manifest["files"][1].update(changes)
        found["manifest.json"] = json.dumps(manifest).encode()

    return change


TAMPERED: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "a document edited": (
        lambda f: f.update({"documents/attestation.pdf": PDF.replace(b"fictive", b"fictivE")}),
        "listé",
    ),
    "a document lengthened": (lambda f: f.update({"documents/attestation.pdf": PDF + b"x"}), "plus long"),
    "a document shortened": (lambda f: f.update({"documents/attestation.pdf": PDF[:-1]}), "plus court"),
    "a file removed": (lambda f: f.pop("recus/vigilance.tlog-proof"), "il manque"),
    "a file added": (lambda f: f.update({"documents/autre.pdf": PDF}), "pas dans la liste"),
    "the manifest removed": (lambda f: f.pop("manifest.json"), "il manque"),
    "the manifest no JSON": (lambda f: f.update({"manifest.json": b"{"}), "JSON"),
    "the manifest too deep": (lambda f: f.update({"manifest.json": b"[" * 100_000}), "JSON"),
    "the manifest a list": (lambda f: f.update({"manifest.json": b"[]"}), "n'en est pas une"),
    "a size that is no number": (relisted(size="1"), "illisible"),
    "a size that is no size": (relisted(size=-1), "illisible"),
    "a path that is no text": (relisted(path=["x"]), "illisible"),
    "a file listed twice": (relisted(path="reponses/vigilance.json"), "deux fois"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_every_change_is_found_out_and_named(name: str) -> None:
    change, said = TAMPERED[name]
    with pytest.raises(BadPacket, match=said):
        Packet(changed(change))


def test_two_entries_of_one_name_are_refused_by_both_sides() -> None:
    with pytest.raises(ValueError, match="same name"):
        package(candidature(), (*ENTRIES, ENTRIES[0]))
    buffer = io.BytesIO(WHOLE)
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("documents/attestation.pdf", b"autre")
    with pytest.raises(BadPacket, match="même nom"):
        Packet(buffer.getvalue())


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_a_bad_package_or_changes_nothing_that_counts(place: int, change: int) -> None:
    hurt = bytearray(WHOLE)
    hurt[place] ^= change
    try:
        packet = Packet(bytes(hurt))
    except BadPacket:
        return
    assert {one.path: packet.content(one.path) for one in packet.files} == {
        one.path: Packet(WHOLE).content(one.path) for one in Packet(WHOLE).files
    }


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_said_to_be_garbage(content: bytes) -> None:
    with pytest.raises(BadPacket):
        Packet(content)


def test_names_are_safe_on_every_system() -> None:
    assert file_name("../../Été à l'École.pdf") == "Ete-a-l-Ecole.pdf"
    assert file_name("\u202e") == "fichier"
    assert list(numbered(["a.pdf", "A.pdf", "a.pdf", "b"])) == ["a.pdf", "A-2.pdf", "a-3.pdf", "b"]


@pytest.mark.parametrize("found", [candidature(), group(), candidature(seal=None, items=())])
def test_exported_data_follow_their_published_schema(found: object) -> None:
    told = json.loads(as_json(exported(found, {SIRET: COMPANY}, NOW)))  # type: ignore[arg-type]  # candidatures
    jsonschema.validate(told, json.loads(COMMITTED.read_text("utf-8")))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told | {"token_id": "x"}, json.loads(COMMITTED.read_text("utf-8")))


def test_the_published_schema_is_the_one_of_the_code() -> None:
    assert COMMITTED.read_bytes() == published(), "dlnuf openapi write"


def test_every_type_and_field_of_an_export_is_described_in_french() -> None:
    definitions = schema(Exported, "x")["$defs"]
    assert words().keys() == definitions.keys()
    for name, one in definitions.items():
        assert words()[name].keys() == {"_", *one.get("properties", ())}, name
        for said in words()[name].values():
            assert said[0].isupper(), said
            assert said.endswith((".", "…")), said
            assert not {"the", "of", "and", "when"} & set(said.lower().split()), said


def test_nothing_of_the_portals_own_is_exported() -> None:
    told = as_json(exported(candidature(), {SIRET: COMPANY}, NOW)).decode()
    assert candidature().token_id not in told
    assert "webhook" not in told
