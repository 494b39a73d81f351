# SPDX-License-Identifier: BSD-2-Clause
# hv/console.c: A line that was ended for another goes on without its name.
s/^    for (unsigned i = 0; i < CONFIG_NAME_SIZE \&\& /    for (unsigned i = torn ? CONFIG_NAME_SIZE : 0; i < CONFIG_NAME_SIZE \&\& /
