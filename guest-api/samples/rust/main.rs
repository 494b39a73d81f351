// SPDX-License-Identifier: BSD-2-Clause
//! A guest in Rust without its standard library: Belfry's library starts it and brings upcalls, the
//! hypercalls are its own. It counts ticks until ticks=N have come.
#![no_std]
#![no_main]

use core::arch::asm;
use core::ffi::c_void;
use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::sync::atomic::{compiler_fence, AtomicU64, Ordering};

const VCPU_WAIT: u64 = 11;
const PIT: u32 = 32;
const IRQ_DISABLED: usize = 16; // in the vCPU page

/// What an upcall's handler may read of its frame; hv_abi.h has the rest.
#[repr(C)]
pub struct Upcall {
    vector: u64,
    count: u64,
}

type Handler = extern "C" fn(&Upcall, *mut c_void);

extern "C" {
    static hv_vcpu_page: *mut u8;
    fn hv_irq_register(vector: u32, handler: Handler, context: *mut c_void) -> i64;
    fn hv_write(bytes: *const u8, length: usize) -> i64;
    fn hv_arg(name: *const u8, otherwise: u64) -> u64;
    fn hv_panic(format: *const u8, ...) -> !;
}

/// The console, for `write!`.
struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match unsafe { hv_write(text.as_ptr(), text.len()) } {
            0 => Ok(()),
            _ => Err(fmt::Error),
        }
    }
}

/// An upcall may come on its return, so memory is not what it was.
fn hypercall(number: u64) -> i64 {
    let result;
    unsafe { asm!("int 0x80", inlateout("rax") number as i64 => result) };
    result
}

/// No upcall is made from here to VCPU_WAIT, which enables interrupts.
fn irq_disable() {
    unsafe { hv_vcpu_page.add(IRQ_DISABLED).write_volatile(1) };
    compiler_fence(Ordering::SeqCst);
}

static TICKS: AtomicU64 = AtomicU64::new(0);

extern "C" fn on_tick(upcall: &Upcall, _context: *mut c_void) {
    TICKS.fetch_add(upcall.count, Ordering::Relaxed);
}

#[no_mangle]
pub extern "C" fn main() -> i32 {
    let wanted = unsafe { hv_arg(b"ticks\0".as_ptr(), 100) };
    let status = unsafe { hv_irq_register(PIT, on_tick, core::ptr::null_mut()) };
    if status < 0 {
        let _ = writeln!(Console, "status {status}; expected the grant line=0");
        return 1;
    }
    while TICKS.load(Ordering::Relaxed) < wanted {
        hypercall(VCPU_WAIT);
        irq_disable(); // so that no tick comes between the look and the wait
    }
    let _ = writeln!(Console, "{wanted} ticks and more, counted in Rust");
    0
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    let _ = writeln!(Console, "{info}");
    unsafe { hv_panic(b"panic\n\0".as_ptr()) }
}
