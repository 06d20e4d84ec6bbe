# SPDX-License-Identifier: EUPL-1.2
"""ADEME: for which works is an establishment « reconnu garant de l'environnement » (RGE)? An open data set."""
