# SPDX-License-Identifier: EUPL-1.2
"""The witness: a small program that a registry or a court runs, apart from the gateway, to see that its log grows."""
