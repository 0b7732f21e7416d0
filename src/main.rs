//! The `cardex` binary: hands over to the library and turns its result into an exit code.

use std::process::ExitCode;

/// A run makes and drops many small values; the system's allocator took a fifth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(cardex::cli::run::main())
}
