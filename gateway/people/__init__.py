# SPDX-License-Identifier: EUPL-1.2
"""Who a person is: accounts, roles, the companies they may speak for, sessions, and how they sign in."""
