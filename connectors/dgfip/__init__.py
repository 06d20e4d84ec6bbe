# SPDX-License-Identifier: EUPL-1.2
"""DGFiP, platform Adélie: is a company in order with its taxes, and what is its turnover?"""
