# SPDX-License-Identifier: EUPL-1.2
"""Banque de France (FIBEN): the last balance sheets of a company, and what the bank works out of them."""
