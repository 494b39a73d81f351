# SPDX-License-Identifier: BSD-2-Clause
# hv/upcall.c: A frame is built into the red zone.
s/rsp - HV_RED_ZONE - HV_UPCALL_SIZE/rsp - HV_RED_ZONE \/ 2 - HV_UPCALL_SIZE/
