# SPDX-License-Identifier: BSD-2-Clause
# hv/config_grants.c: Ranges of ports may have their first and last port in common.
s/return a.first <= b.last && b.first <= a.last;/return a.first < b.last \&\& b.first < a.last;/
