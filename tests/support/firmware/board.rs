//! A board that is QEMU: calls a compiled scenario with `input.json` of the host, writes what it gives to standard output, and ends QEMU with
//! its answer as the exit code. Everything goes through semihosting (ARM's document "Semihosting for AArch32 and AArch64", which RISC-V follows).
#![no_std]

use core::arch::{asm, global_asm};
use core::ptr::addr_of_mut;

// The stack, for ARM the vectors and the FPU, and off.
#[cfg(target_arch = "arm")]
global_asm!(
    ".section .start, \"ax\"",
    ".word _stack",
    ".word _start",
    ".rept 14",
    ".word _fault",
    ".endr",
    ".thumb_func",
    ".global _start",
    "_start:",
    "ldr r0, =0xE000ED88", // CPACR: the coprocessors that are the FPU
    "ldr r1, [r0]",
    "orr r1, r1, #0xF00000",
    "str r1, [r0]",
    "dsb",
    "isb",
    "bl board_main",
    ".thumb_func",
    "_fault:",
    "movs r0, #99",
    "bl board_exit",
);
#[cfg(target_arch = "riscv32")]
global_asm!(
    ".section .start, \"ax\"",
    ".global _start",
    "_start:",
    "la sp, _stack",
    "la t0, _fault",
    "csrw mtvec, t0",
    "call board_main",
    ".balign 4",
    "_fault:",
    "li a0, 99",
    "call board_exit",
);

/// `runtara_workflow_stdlib::firmware::Board`.
#[repr(C)]
struct Board {
    write: extern "C" fn(*const u8, usize) -> usize,
    now_millis: extern "C" fn() -> u64,
    entropy: extern "C" fn() -> u64,
    delay: Option<extern "C" fn(u64)>,
}

unsafe extern "C" {
    fn runtara_run(board: *const Board, input: *const u8, length: usize) -> i32;
}

const MOST_INPUT: usize = 64 * 1024;
const OPEN: usize = 0x01;
const WRITE: usize = 0x05;
const READ: usize = 0x06;
const LENGTH: usize = 0x0C;
const CLOCK: usize = 0x10;
const EXIT: usize = 0x20;
const APPLICATION_EXIT: usize = 0x20026;
const READING: usize = 1;
const WRITING: usize = 4;

static BOARD: Board = Board { write, now_millis, entropy, delay: Some(delay) };

/// What the reset leads to.
#[unsafe(no_mangle)]
extern "C" fn board_main() -> ! {
    static mut INPUT: [u8; MOST_INPUT] = [0; MOST_INPUT];
    let file = open(b"input.json\0", READING);
    let length = ask(LENGTH, &[file]);
    let buffer = addr_of_mut!(INPUT).cast::<u8>();
    if length > MOST_INPUT || ask(READ, &[file, buffer as usize, length]) != 0 {
        board_exit(98);
    }
    // SAFETY: the board is static, and so is the input, which nobody writes any more.
    board_exit(unsafe { runtara_run(&raw const BOARD, buffer, length) })
}

/// End QEMU.
#[unsafe(no_mangle)]
extern "C" fn board_exit(code: i32) -> ! {
    loop {
        ask(EXIT, &[APPLICATION_EXIT, code as usize]);
    }
}

extern "C" fn write(bytes: *const u8, length: usize) -> usize {
    static mut OUTPUT: usize = 0;
    // SAFETY: there is one core and no interrupt.
    let output = unsafe {
        if OUTPUT == 0 {
            OUTPUT = open(b":tt\0", WRITING);
        }
        OUTPUT
    };
    length - ask(WRITE, &[output, bytes as usize, length])
}

extern "C" fn now_millis() -> u64 {
    ask(CLOCK, &[0]) as u64 * 10
}

extern "C" fn entropy() -> u64 {
    now_millis()
}

extern "C" fn delay(milliseconds: u64) {
    let end = now_millis() + milliseconds;
    while now_millis() < end {}
}

fn open(name: &'static [u8], mode: usize) -> usize {
    ask(OPEN, &[name.as_ptr() as usize, mode, name.len() - 1])
}

fn ask(operation: usize, arguments: &[usize]) -> usize {
    let answer: usize;
    // SAFETY: the operation reads its arguments, and writes to the buffer that they name, which is ours.
    unsafe {
        #[cfg(target_arch = "arm")]
        asm!("bkpt #0xAB", inlateout("r0") operation => answer, in("r1") arguments.as_ptr());
        #[cfg(target_arch = "riscv32")]
        asm!(
            ".balign 16",
            ".option push",
            ".option norvc",
            "slli x0, x0, 0x1f",
            "ebreak",
            "srai x0, x0, 7",
            ".option pop",
            inlateout("a0") operation => answer,
            in("a1") arguments.as_ptr(),
        );
    }
    answer
}
