# SPDX-License-Identifier: EUPL-1.2
"""Agence Bio: which operators are committed to organic farming, and who certifies them?"""
