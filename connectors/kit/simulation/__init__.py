# SPDX-License-Identifier: EUPL-1.2
"""What simulators share: the personas, a small web server's two types, faults on demand, and a PDF writer.

Kept out of the production wheel together with every `simulator.py`.
"""

from connectors.kit.simulation.personas import Address, Establishment, Officer, Persona, Succession, World, load_world
from connectors.kit.simulation.web import Asked, Handler, Said, application, json_said

__all__ = [
    "Address",
    "Asked",
    "Establishment",
    "Handler",
    "Officer",
    "Persona",
    "Said",
    "Succession",
    "World",
    "application",
    "json_said",
    "load_world",
]
