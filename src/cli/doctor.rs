//! `cardex doctor`: what was found on this machine and at every account's server, printed.

use serde_json::json;

use super::exit;
use super::output::Output;
use crate::app::checkup::{self, Finding, Level};
use crate::app::setup::Setup;
use crate::domain::{Trouble, shown};

/// Looks at everything and prints it. Returns the exit code: [`exit::ERROR`] where something does not work.
///
/// # Errors
/// None; what is wrong is a finding.
pub async fn run(setup: &Setup, offline: bool, out: Output) -> Result<u8, Trouble> {
    let version = env!("CARGO_PKG_VERSION");
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    if !out.json
        && let Err(code) = out.line(&format!("cardex {version}, {system}"))
    {
        return Ok(code);
    }
    let mut all = checkup::machine(setup).await;
    if !out.json
        && let Err(code) = print(&all, out)
    {
        return Ok(code);
    }
    let accounts = checkup::accounts(setup, offline).await;
    let printed = if out.json {
        all.extend(accounts);
        let findings = json!({"version": version, "system": system, "findings": all});
        out.object(&findings)
    } else {
        let printed = print(&accounts, out);
        all.extend(accounts);
        printed
    };
    let wrong = all.iter().filter(|f| f.level == Level::Wrong).count();
    let doubtful = all.iter().filter(|f| f.level == Level::Doubt).count();
    out.remark(&match (wrong, doubtful) {
        (0, 0) => "Everything is in order.".to_string(),
        (0, d) => format!("Everything works; {d} to look at (!)."),
        (w, d) => format!("{w} not working (✗), {d} to look at (!)."),
    });
    let code = if wrong == 0 { exit::DONE } else { exit::ERROR };
    Ok(Output::ended(printed, code))
}

fn print(findings: &[Finding], out: Output) -> Result<(), u8> {
    for finding in findings {
        let mark = match finding.level {
            Level::Good => "✓",
            Level::Doubt => "!",
            Level::Wrong => "✗",
        };
        let text = format!("{mark} {}: {}", finding.about, finding.said);
        out.line(&shown::one_line(&text))?;
        if let Some(hint) = &finding.hint {
            out.line(&format!("    {}", shown::one_line(hint)))?;
        }
    }
    Ok(())
}
