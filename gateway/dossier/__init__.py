# SPDX-License-Identifier: EUPL-1.2
"""The SIRET-only application: a SIRET and a tender become a complete, sourced file, fact by fact through `exchange`."""
