# SPDX-License-Identifier: EUPL-1.2
"""Qualifelec: for which electrical works is an establishment certified, and who insures it?"""
