# SPDX-License-Identifier: EUPL-1.2
"""Data.Subvention: what did an association ask for, what was it granted, what was it paid?"""
