# SPDX-License-Identifier: EUPL-1.2
"""The associations of the répertoire national and of DJEPVA's API Association: one service, two public families."""
