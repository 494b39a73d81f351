# SPDX-License-Identifier: BSD-2-Clause
# gdb -x tools/gdb/belfry.gdb build/belfry.debug, while `make debug` waits.
set confirm off
set pagination off
set architecture i386:x86-64
if $_isvoid($port)
    set $port = 1234
end
eval "target remote 127.0.0.1:%d", $port

# Hardware breakpoints: the loader has yet to write the code where others would be put.
thbreak hv_main
hbreak check_failed
echo `continue` boots GRUB, then Belfry up to hv_main.\n
