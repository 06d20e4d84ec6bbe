# SPDX-License-Identifier: EUPL-1.2
"""Douanes (DGDDI): is an economic operator registered to trade beyond the Union's borders?"""
