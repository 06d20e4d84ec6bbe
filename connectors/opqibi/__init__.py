# SPDX-License-Identifier: EUPL-1.2
"""OPQIBI: in which fields of engineering is a company qualified?"""
