# SPDX-License-Identifier: EUPL-1.2
"""DGFiP, open register of VAT numbers: newer than the public document of API Entreprise, and meant to replace VIES."""
