# SPDX-License-Identifier: BSD-2-Clause
# hv/upcall.c: A bad frame has acknowledged what it says.
s/if (!is_user_address(rip) || !is_user_address(rsp) || !end_service(vcpu, upcall)) {/if (!end_service(vcpu, upcall) || !is_user_address(rip) || !is_user_address(rsp)) {/
