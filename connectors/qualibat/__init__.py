# SPDX-License-Identifier: EUPL-1.2
"""Qualibat: for which building works is an establishment qualified, and who insures it?"""
