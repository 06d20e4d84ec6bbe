# SPDX-License-Identifier: EUPL-1.2
"""Fabrique numérique des ministères sociaux: which collective agreements does an establishment apply?"""
