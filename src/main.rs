//! The `cardex` binary: hands over to the library and turns its result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cardex::cli::run::main())
}
