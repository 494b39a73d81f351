# SPDX-License-Identifier: BSD-2-Clause
.PHONY: spin
spin:
	@tests/spin/check $(B)
