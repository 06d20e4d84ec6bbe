# SPDX-License-Identifier: EUPL-1.2
"""The benchmark: the whole way of a request, side by side with HAProxy and with the gateway a team would write first."""
