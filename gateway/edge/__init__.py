# SPDX-License-Identifier: EUPL-1.2
"""HTTP: from bytes to an Ask, from an Envelope to bytes, and the few pages around them."""
