# SPDX-License-Identifier: EUPL-1.2
"""Mutualité sociale agricole: is an establishment up to date with its agricultural social contributions?"""
