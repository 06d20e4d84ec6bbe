# SPDX-License-Identifier: EUPL-1.2
"""FNTP, the federation of public works: the professional card that says what a company is able to build."""
