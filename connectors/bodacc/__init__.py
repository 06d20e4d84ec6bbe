# SPDX-License-Identifier: EUPL-1.2
"""BODACC: what was officially published about a company, from its birth to its insolvency."""
