# SPDX-License-Identifier: EUPL-1.2
"""The gateway: who asks, for which lawful purpose, what the source registry says, and evidence of it all."""
