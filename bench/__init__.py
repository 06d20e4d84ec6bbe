# SPDX-License-Identifier: EUPL-1.2
"""The benchmark: the whole way of a request, beside HAProxy and beside the gateway a team would write first."""
