# SPDX-License-Identifier: EUPL-1.2
"""GIP-MDS: how many people a company employs, from the monthly social declarations (DSN)."""
