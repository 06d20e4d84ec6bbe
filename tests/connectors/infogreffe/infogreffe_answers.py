# SPDX-License-Identifier: EUPL-1.2
"""What Infogreffe's tests share: its contract, doors to its simulator, and answers written by hand."""

from typing import Any

from connectors.infogreffe.simulator import simulator
from connectors.kit import RegistryError, Siren
from connectors.kit.contract import load
from connectors.kit.simulation import load_world
from connectors.kit.simulation.door import SimulatedDoor
from tests.connectors.kit.doors import NOW, answering

CONTRACT = load("infogreffe")
WORLD = load_world()
SIREN = Siren("999100118")
BUILDER = Siren("999100886")
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def at_simulator() -> SimulatedDoor:
    """A door to the simulator."""
    return SimulatedDoor(CONTRACT, simulator(WORLD, lambda: NOW), NOW)


def returning(content: str, status: int = 200) -> SimulatedDoor:
    """A door behind which every order gets `content` inside the answer's `return`."""
    body = (
        f"<E:Envelope xmlns:E='{SOAP}'><E:Body><n:reponse xmlns:n='urn:local'><return>{content}</return></n:reponse>"
        "</E:Body></E:Envelope>"
    )
    return sending(body.encode(), status)


def sending(body: bytes, status: int = 200) -> SimulatedDoor:
    """A door behind which every order gets these bytes."""
    door: SimulatedDoor = answering(CONTRACT, body, status, "text/xml; charset=UTF-8")
    return door


def extract(file: str = "", company: str = "", beside: str = "") -> SimulatedDoor:
    """A door to an extract: what stands in the file, in the company's element, and beside the file."""
    return returning(
        f'<Extrait><dossier date_extrait="10 MAI 2025" dateISO_immat="2013-07-09"><entreprise>'
        f'<num_ident siren="999100118"/>{company}</entreprise>{file}</dossier>{beside}</Extrait>'
    )


async def refused(conversation: Any) -> RegistryError:
    """The registry's error that a conversation ends in."""
    try:
        await conversation
    except RegistryError as error:
        return error
    raise AssertionError("an answer came")
