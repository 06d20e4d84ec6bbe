# SPDX-License-Identifier: EUPL-1.2
"""Base adresse nationale: which addresses do these words mean, and where are they?"""
