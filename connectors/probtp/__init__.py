# SPDX-License-Identifier: EUPL-1.2
"""PRO BTP: is a building company up to date with its supplementary pension contributions?"""
