# SPDX-License-Identifier: EUPL-1.2
"""Ratios financiers: what the accounts handed in to the RNE say of a company's health."""
