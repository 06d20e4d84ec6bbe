# SPDX-License-Identifier: EUPL-1.2
"""INPI, registre national des entreprises: who a company is, who runs and owns it, what it has filed."""
