//! The sandbox as a program of its own: what its tests start. The product starts itself instead.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    sandbox::inside(&args).unwrap_or(ExitCode::from(2))
}
