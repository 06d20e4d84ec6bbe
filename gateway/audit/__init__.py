# SPDX-License-Identifier: EUPL-1.2
"""What happened, provably: records, the log, its tree, and the verifier that trusts none of it."""
