# SPDX-License-Identifier: BSD-2-Clause
# hv/config_words.c: A number of 2^64 and more is taken for what is left of it.
s/digit >= base || value > (UINT64_MAX - digit) \/ base/digit >= base/
