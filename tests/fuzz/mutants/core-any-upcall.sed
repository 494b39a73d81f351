# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: A frame of an earlier upcall ends a later service.
s/VIRQ_OF(virq, vector).upcalls != service.upcall/VIRQ_OF(virq, vector).upcalls < service.upcall/
