# SPDX-License-Identifier: EUPL-1.2
"""Who is asking: keys, the register of habilitations and tokens, and the bearer that proves a consumer."""
