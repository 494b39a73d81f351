# SPDX-License-Identifier: BSD-2-Clause
# hv/config_grants.c: The vector of the hypercall gate can be granted.
s/ || vector == HV_GATE)/)/
