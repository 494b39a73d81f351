# SPDX-License-Identifier: BSD-2-Clause
# hv/virq.c: A frame of an earlier upcall ends a later service.
s/virq->upcalls\[word\]\[bit\] == upcall;/virq->upcalls[word][bit] >= upcall;/
