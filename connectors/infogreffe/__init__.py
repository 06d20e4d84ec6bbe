# SPDX-License-Identifier: EUPL-1.2
"""Infogreffe: what the registre du commerce et des sociétés says of a company, and who runs it."""
