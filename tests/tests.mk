# SPDX-License-Identifier: BSD-2-Clause
# Host tests: tests/host/test_NAME.c is linked with all of hv/ and the host-testable part of boot/
# and arch/, and with the fake architecture, under ASan and UBSan.

HOST_CFLAGS := -std=c11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
               -fno-omit-frame-pointer -D_DEFAULT_SOURCE $(WARNINGS) $(INCLUDES) -Itests/host \
               -DBELFRY_VERSION='"$(VERSION)"' -MMD -MP
HOST_C      := $(wildcard hv/*.c) boot/multiboot.c arch/x86/pic.c arch/x86/pit.c arch/x86/uart.c
# Of the guest library what needs no hypervisor; its string.h stands beside the host's.
HOST_LIB    := $(patsubst %,$(B)/host/guest-api/lib/%.o,heap memory string time)
HOST_OBJ    := $(HOST_C:%.c=$(B)/host/%.o) $(HOST_LIB) \
               $(patsubst %.c,$(B)/host/%.o,$(wildcard tests/host/fake_*.c tests/host/model_*.c))
HOST_TESTS  := $(patsubst tests/host/%.c,$(B)/host/%,$(wildcard tests/host/test_*.c))

$(HOST_LIB): HOST_CFLAGS += -include tests/host/lib_names.h

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(HOST_CFLAGS) -c $< -o $@

# An archive, so that a test links only what it uses.
$(B)/host/libhv.a: $(HOST_OBJ)
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

$(HOST_TESTS): $(B)/host/test_%: $(B)/host/tests/host/test_%.o $(B)/host/libhv.a
	$(call say,LINK)$(CC) -fsanitize=address,undefined $< $(B)/host/libhv.a -lcmocka -o $@

.PHONY: host-test
host-test: $(HOST_TESTS)
	@for test in $(HOST_TESTS); do echo "== $$test"; $$test || exit 1; done

# ---- the labs ------------------------------------------------------------------------------------
# The graders build their guests by docs/labs/guest.mk; these objects are for lint.
LAB_OBJ := $(patsubst %.c,$(B)/guest/%.o,$(wildcard docs/labs/*/*.c docs/labs/*/start/*.c tests/labs/*/*/*.c))

$(B)/guest/docs/labs/4-call/%.o: GUEST_CFLAGS += -Itests/guests/support

# ---- system tests --------------------------------------------------------------------------------
# pytest is the one runner: it runs the host tests too, so that its sums are all there is. Its last
# line is `N passed, N failed`. `make test ONLY=name` runs the tests with `name` in theirs.
.PHONY: test
test: all guests $(HOST_TESTS) $(B)/kit/worst_wait
	@BELFRY_BUILD=$(abspath $(B)) PYTHONDONTWRITEBYTECODE=1 \
	    $(PYTHON) -m pytest -c tests/system/pytest.ini --rootdir tests tests/system tests/kit tests/labs \
	    $(if $(ONLY),-k '$(ONLY)')
