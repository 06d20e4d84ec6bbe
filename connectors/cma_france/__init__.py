# SPDX-License-Identifier: EUPL-1.2
"""CMA France: the former register of crafts (RNM), closed when the RNE opened in 2023."""
