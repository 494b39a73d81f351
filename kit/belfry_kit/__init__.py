# SPDX-License-Identifier: BSD-2-Clause
"""Systems of Belfry: described by a GRUB menu, judged by the hypervisor's own code, made into ISOs and run."""
