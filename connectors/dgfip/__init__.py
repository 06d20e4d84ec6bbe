# SPDX-License-Identifier: EUPL-1.2
"""DGFiP, platform Adélie: is a company in order with its taxes, what did it declare, and who owns it?"""
