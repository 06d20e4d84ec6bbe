# SPDX-License-Identifier: EUPL-1.2
"""INSEE: what the base Sirene knows of companies and of their places of business (API Sirene 3.11, private plan)."""
