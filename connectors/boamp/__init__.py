# SPDX-License-Identifier: EUPL-1.2
"""BOAMP: what was officially published about a public contract, from the call for tenders to the award."""
