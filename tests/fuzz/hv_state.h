/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's variables, as they are before it starts. */
#ifndef HV_STATE_H
#define HV_STATE_H

/* Sets them back to what they were when this was first called. Where the compiler did not put them
 * together (hv_sections.h) it does nothing: then each input needs a process of its own. */
void hv_state_reset(void);

#endif
