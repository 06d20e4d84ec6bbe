# SPDX-License-Identifier: EUPL-1.2
"""Urssaf Caisse nationale: is a company up to date with its social contributions?"""
