# SPDX-License-Identifier: EUPL-1.2
"""From one SIRET to the buyer's files over HTTP: each export by its own standard, incomplete ones refused with why."""

import io
import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pikepdf
import pytest

from gateway.audit.quorum import WitnessPolicy, log_key
from gateway.cli.dossier_example import EXPORTS, Refused, declarations, play, request
from gateway.cli.main import main
from gateway.verify import Refused as NotProved
from gateway.verify_packet import package
from tests.conftest import Sandbox
from tests.gateway.dossier.espd import official
from tests.story.files import BUYER, PERSON, PURPOSE, Portal, codes
from tests.story.test_candidature import records

KINDS = ("travaux", "fournitures", "services", "ingenierie", "formation", "denrees", "defense")
SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "openapi" / "dossier.schema.json").read_text("utf-8"))
HEALTHY = "99910011800010"
DEPOSIT = "scelle/depot.tlog-proof"
PERSONAS = (
    HEALTHY, "99910022500013", "99910033200017", "99910044900019", "99910055500013", "99910088600012",
    "99910099300016", "99910110800010", "99910121500013", "99910132200017", "99910143900019",
)  # fmt: skip
ONE_EACH = [(siret, KINDS[rank % len(KINDS)]) for rank, siret in enumerate(PERSONAS)]
THE_OTHERS = [(siret, kind) for siret in PERSONAS for kind in KINDS if (siret, kind) not in ONE_EACH]


@pytest.fixture
def portal_client(sandbox: Sandbox) -> Any:
    """A portal's own client."""
    with httpx.Client(base_url=sandbox.address, headers=sandbox.token(PURPOSE).header, timeout=60) as found:
        yield found


def policy(client: httpx.Client) -> WitnessPolicy:
    return WitnessPolicy.of_log(log_key(client.get("/log/key").text))


def readable(content: bytes) -> None:
    """A PDF that says its title and language, and whose every part is tagged."""
    with pikepdf.open(io.BytesIO(content)) as found:
        assert found.Root.MarkInfo.Marked
        assert str(found.Root.Lang).startswith("fr")
        assert found.Root.StructTreeRoot.K is not None
        with found.open_metadata() as about:
            assert about["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
            assert about["dc:title"]


def holds(client: httpx.Client, siret: str, out: Path) -> None:
    """Every export of a played application, by its own standard."""
    jsonschema.validate(json.loads((out / "dossier.json").read_bytes()), SCHEMA)
    readable((out / "dossier.pdf").read_bytes())
    readable((out / "attestation.pdf").read_bytes())
    findings = package((out / "dossier.zip").read_bytes(), policy(client))
    assert findings.facts["receipts"] == findings.facts["answers"] != 0
    assert any("a inscrit cette empreinte" in one for one in findings.proved)
    with zipfile.ZipFile(out / "dossier.zip") as archive:
        names = set(archive.namelist())
        assert archive.read("dossier.pdf") == (out / "dossier.pdf").read_bytes()
        document = (out / "espd.xml").read_bytes()
        assert archive.read(f"dume/{siret}.xml") == document
        assert siret.encode() in document
        if official.AT_HAND:
            assert [one for one in official.findings(document) if one.flag != "warning"] == []
        assert "dume/incomplets.json" not in names


def played(client: httpx.Client, siret: str, kind: str, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(client, siret, kind, out, 3), capsys.readouterr().out
    holds(client, siret, out)


@pytest.mark.parametrize(("siret", "kind"), ONE_EACH)
def test_a_company_s_exports_hold_by_their_own_standards(
    siret: str, kind: str, portal_client: httpx.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each persona, and each kind of market at least once."""
    played(portal_client, siret, kind, tmp_path, capsys)


@pytest.mark.slow
@pytest.mark.parametrize(("siret", "kind"), THE_OTHERS)
def test_all_personas_by_all_kinds_of_market(
    siret: str, kind: str, portal_client: httpx.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other pairs."""
    played(portal_client, siret, kind, tmp_path, capsys)


def test_the_command_plays_it_all_and_the_other_command_verifies_it(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], client: httpx.Client
) -> None:
    asked = ["dossier", "example", "--url", sandbox.address, "--siret", HEALTHY, "--out", str(tmp_path)]
    assert main([*asked, "--token-file", str(sandbox.state / "candidature.token")]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(EXPORTS)
    capsys.readouterr()
    key = client.get("/log/key").text.strip()
    assert main(["verify", str(tmp_path / "dossier.zip"), "--cle", key]) == 0
    said = capsys.readouterr().out
    assert "à l'octet près" in said
    assert "Ce qui ne l'est pas" in said
    assert main([*asked, "--token-file", str(sandbox.state / "demo.token")]) == 1
    assert "00720" in capsys.readouterr().err


def test_the_command_says_what_it_cannot_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "jeton").write_text("x")
    asked = ["dossier", "example", "--url", "http://127.0.0.1:9", "--siret", HEALTHY, "--out", str(tmp_path / "out")]
    assert main([*asked, "--token-file", str(tmp_path / "absent")]) == 1
    assert main([*asked, "--token-file", str(tmp_path / "jeton")]) == 1
    said = capsys.readouterr().err
    assert "absent" in said
    assert "ne répond pas" in said


def deposited(client: httpx.Client, **changes: Any) -> str:
    """A deposited application of the example; its address."""
    body = {**request(HEALTHY, "travaux"), **changes}
    opened = client.post("/v1/candidatures", json=body)
    assert opened.status_code == 202, opened.text
    address = f"/v1/candidatures/{opened.json()['data']['id']}"
    made = {"par": PERSON, "declarations": declarations("travaux")}
    assert client.post(f"{address}/declarations", json=made).status_code == 201
    assert client.post(f"{address}/depot", json={"par": PERSON}).status_code == 201
    return address


def test_what_an_espd_lacks_is_listed_and_never_made_up(portal_client: httpx.Client) -> None:
    """No signatory was named, and no procedure given."""
    consultation = {**request(HEALTHY, "travaux")["consultation"]}
    del consultation["procedure"]
    answer = portal_client.get(f"{deposited(portal_client, consultation=consultation)}/exports/espd.xml")
    assert (answer.status_code, set(codes(answer))) == (409, {"00727"})
    listed = {one["source"]["pointer"] for one in answer.json()["errors"]}
    assert listed >= {"/marche.procedure", "/signataire.nom", "/signataire.prenom"}
    assert all(one["meta"]["regle"] for one in answer.json()["errors"])


def test_a_notice_that_gives_no_procedure_is_made_up_for_until_the_deposit(portal_client: httpx.Client) -> None:
    """The BOAMP does not say it: the refusal names the declaration that does, and it is enough."""
    tender = {"source": "boamp", "reference": "26-99127"}
    body = {**request(HEALTHY, "travaux"), "acheteur": {"siret": BUYER}, "consultation": tender}
    opened = portal_client.post("/v1/candidatures", json=body).json()["data"]["id"]
    address = f"/v1/candidatures/{opened}"

    def lacking() -> dict[str, str]:
        answer = portal_client.get(f"{address}/exports/espd.xml")
        assert answer.status_code == 409
        return {one["source"]["pointer"]: one["detail"] for one in answer.json()["errors"]}

    assert "procedure_declaree" in lacking()["/marche.procedure"]
    for value, status in (("à l'amiable", 422), ("restricted", 201)):
        made = {"par": PERSON, "declarations": [{"cle": "procedure_declaree", "valeur": value}]}
        assert portal_client.post(f"{address}/declarations", json=made).status_code == status
    assert "/marche.procedure" not in lacking()


def test_one_lot_at_a_time(portal_client: httpx.Client) -> None:
    lots = [{"numero": "1"}, {"numero": "2"}]
    consultation = {**request(HEALTHY, "travaux")["consultation"], "lots": lots}
    address = deposited(portal_client, consultation=consultation, lots=["1", "2"])

    def pointers(**query: str) -> set[str]:
        answer = portal_client.get(f"{address}/exports/espd.xml", params=query)
        return {one["source"]["pointer"] for one in answer.json()["errors"]}

    assert "/lot" in pointers()
    assert "/lot" not in pointers(lot="2")
    assert "/lot" in pointers(lot="3")


def test_nothing_is_exported_before_the_deposit_to_others_nor_of_what_is_not(
    sandbox: Sandbox, portal_client: httpx.Client, client: httpx.Client
) -> None:
    opened = portal_client.post("/v1/candidatures", json=request(HEALTHY, "travaux")).json()["data"]["id"]
    early = portal_client.get(f"/v1/candidatures/{opened}/exports/dossier.json")
    assert (early.status_code, codes(early)) == (403, ["00721"])
    lacking = portal_client.get(f"/v1/candidatures/{opened}/exports/espd.xml")
    assert (lacking.status_code, set(codes(lacking))) == (409, {"00727"})
    address = deposited(portal_client)
    for path, status in (
        ("exports/dossier.exe", 404),
        ("exports/espd.xml?siret=99910022500013", 404),
    ):
        assert portal_client.get(f"{address}/{path}").status_code == status
    other = Portal(sandbox, client)
    assert client.get(f"{address}/exports/dossier.zip", headers=other.bearer.header).status_code == 404
    assert client.get(f"{address}/exports/dossier.zip").status_code == 401


def test_an_unchanged_file_gives_the_same_bytes_and_each_export_is_in_the_log(
    sandbox: Sandbox, portal_client: httpx.Client
) -> None:
    address = deposited(portal_client)
    file = portal_client.get(address).json()["data"]
    end = 200
    while not file["complet"] and (end := end - 1):
        file = portal_client.get(address).json()["data"]
    first = portal_client.get(f"{address}/exports/dossier.json")
    again = portal_client.get(f"{address}/exports/dossier.json", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["repr-digest"].startswith("sha-256=:")
    assert first.headers["content-disposition"].endswith('-dossier.json"')
    found = [row for row in records(sandbox, file["id"]) if row["event"] == "exported"]
    assert [row["digest"] for row in found] == [first.headers["etag"].strip('"')] * 2


def tampered(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The package changed by somebody who also mends its list."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    listed = json.loads(files["manifest.json"])
    listed["files"] = [row for row in listed["files"] if row["path"] in files]
    for row in listed["files"]:
        row |= {"sha256": sha256(files[row["path"]]).hexdigest(), "size": len(files[row["path"]])}
    files["manifest.json"] = json.dumps(listed).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def test_a_package_changed_with_its_list_is_refused_by_its_receipts_or_its_seal(
    portal_client: httpx.Client, tmp_path: Path
) -> None:
    """Whoever edits an answer, or the sealed bytes, cannot make the log say so."""
    play(portal_client, HEALTHY, "travaux", tmp_path, 10)
    whole = (tmp_path / "dossier.zip").read_bytes()
    trusted = policy(portal_client)
    answer, other = f"reponses/{HEALTHY}-identite.json", f"reponses/{HEALTHY}-qualibat.json"
    receipt = f"recus/{HEALTHY}-identite.tlog-proof"

    def edited(name: str) -> Callable[[dict[str, bytes]], None]:
        return lambda files: files.update({name: files[name].replace(b"2", b"3", 1)})

    for change, said in (
        (edited(answer), "n'est pas celle du reçu"),
        (lambda files: files.update({answer: files[other]}), "n'est pas celle du reçu"),
        (edited(receipt), receipt),
        (edited("scelle/dossier.json"), "n'est pas celui que la liste annonce"),
        (lambda files: files.pop("scelle/dossier.json"), "un scellé et un seul"),
    ):
        with pytest.raises(NotProved, match=said):
            package(tampered(whole, change), trusted)
    unproved = package(tampered(whole, lambda files: files.pop(DEPOSIT)), trusted)
    assert any("dossier_sealed" in one for one in unproved.not_proved)
    assert "sealed_at" not in unproved.facts
    fewer = package(tampered(whole, lambda files: files.pop(receipt)), trusted)
    assert any("sans reçu" in one and answer in one for one in fewer.not_proved)
    assert package(tampered(whole, lambda files: None), trusted).facts["receipts"]


def test_the_deposit_s_own_record_proves_when_and_nothing_else_passes_for_it(
    portal_client: httpx.Client, tmp_path: Path
) -> None:
    """Another receipt, another file's deposit, or a sealed hour that the log does not say: each is refused."""
    trusted = policy(portal_client)
    wholes = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        play(portal_client, HEALTHY, "travaux", tmp_path / name, 10)
        wholes.append((tmp_path / name / "dossier.zip").read_bytes())
    whole, other = wholes
    found = package(whole, trusted).facts
    assert found["sealed_at"]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        listed = json.loads(archive.read("manifest.json"))["seal"]
        sealed = archive.read("scelle/dossier.json")
    assert (listed["record"], listed["receipt"]) == (found["sealed_record"], DEPOSIT)
    with zipfile.ZipFile(io.BytesIO(other)) as archive:
        elsewhere = archive.read(DEPOSIT)

    def later(files: dict[str, bytes]) -> None:
        moved = json.loads(sealed)
        moved["at"] -= 86_400
        files["scelle/dossier.json"] = json.dumps(moved).encode()
        told = json.loads(files["manifest.json"])
        told["seal"]["sha256"] = sha256(files["scelle/dossier.json"]).hexdigest()
        files["manifest.json"] = json.dumps(told).encode()

    for change, said in (
        (lambda files: files.update({DEPOSIT: files[f"recus/{HEALTHY}-identite.tlog-proof"]}), "le reçu d'un dépôt"),
        (lambda files: files.update({DEPOSIT: elsewhere}), "autre dépôt"),
        (lambda files: files.update({DEPOSIT: files[DEPOSIT].replace(b"index ", b"index 1", 1)}), DEPOSIT),
        (later, "autre dépôt"),
    ):
        with pytest.raises(NotProved, match=said):
            package(tampered(whole, change), trusted)


def test_a_deposit_that_no_published_head_covers_yet_says_so(portal_client: httpx.Client) -> None:
    """The package is made all the same; its list tells why the receipt is not there, and where its record is."""
    address = deposited(portal_client)
    number = portal_client.get(address, params={"vue": "acheteur"}).json()["data"]["depot"]["enregistrement"]
    content = portal_client.get(f"{address}/exports/dossier.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        listed = json.loads(archive.read("manifest.json"))["seal"]
        names = archive.namelist()
    assert listed["record"] == number
    if listed["receipt"] is None:  # a head may be published in between
        assert listed["why"] == "pas encore publié"
        assert DEPOSIT not in names
        assert "sealed_at" not in package(content, policy(portal_client)).facts
    else:
        assert package(content, policy(portal_client)).facts["sealed_record"] == number


def test_the_example_says_why_nothing_can_come_of_a_closed_company(portal_client: httpx.Client, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="00719"):
        play(portal_client, "99910066200017", "travaux", tmp_path, 3)
