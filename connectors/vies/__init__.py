# SPDX-License-Identifier: EUPL-1.2
"""VIES, the European Commission's service: is a company's VAT number active?"""
