# SPDX-License-Identifier: EUPL-1.2
"""One folder per source registry: each says everything about it and is handed its only door to the network."""
