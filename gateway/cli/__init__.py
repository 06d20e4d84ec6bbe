# SPDX-License-Identifier: EUPL-1.2
"""The command `dlnuf`: one module per noun, exit status 0 done, 1 refused or failed, 2 wrong usage."""
