//! Becomes another program, with words before the arguments: `STAND_IN` has them when this is compiled, one on a line.
//!
//! It is compiled because buildkit remembers the answers of compilers, but not those of scripts, which may run anything.

use std::os::unix::process::CommandExt;

fn main() {
    let mut words = env!("STAND_IN").lines();
    let program = words.next().expect("STAND_IN names a program");
    let failed = std::process::Command::new(program).args(words).args(std::env::args_os().skip(1)).exec();
    eprintln!("error: {program}: {failed}");
    std::process::exit(127);
}
