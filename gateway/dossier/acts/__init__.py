# SPDX-License-Identifier: EUPL-1.2
"""What people and portals do to a file, one act a module; `desk.py` is the counter where they are asked for."""
