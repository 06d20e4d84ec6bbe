# SPDX-License-Identifier: EUPL-1.2
"""Réseau des Carif-Oref: which training activities may an establishment exercise, and with which quality label?"""
