# SPDX-License-Identifier: EUPL-1.2
"""Speaking to registries: the door handed to connectors, credentials, the wire."""
