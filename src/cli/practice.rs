//! `cardex sandbox`: serves the vendors' APIs on loopback until it is interrupted.

use serde_json::json;

use super::output::Output;
use super::{SandboxArgs, Vendor, exit};
use crate::app::practice::{self, Practice, Sandbox};
use crate::domain::{ProviderId, Trouble, TroubleKind};
use crate::sandbox::seed;

/// Starts the asked sandboxes, says how to reach them, and serves. Returns the exit code.
///
/// # Errors
/// When an option is wrong or a port is taken.
pub async fn sandbox(args: &SandboxArgs, out: Output) -> Result<u8, Trouble> {
    let providers = match args.provider {
        Some(Vendor::Chatwoot) => vec![ProviderId::Chatwoot],
        Some(Vendor::Pabbly) => vec![ProviderId::Pabbly],
        None => vec![ProviderId::Chatwoot, ProviderId::Pabbly],
    };
    let mut served: Vec<Sandbox> = Vec::new();
    for (provider, offset) in providers.into_iter().zip(0_u16..) {
        let port = if args.port == 0 {
            0
        } else {
            args.port.saturating_add(offset)
        };
        let practice = Practice {
            port,
            contacts: args.contacts,
            latency: args.latency,
            rate: args.rate.clone(),
            faults: args.faults.clone(),
        };
        served.push(practice::start(provider, &practice).await?);
    }
    if !out.json
        && let Some(first) = served.first()
        && let Err(code) = out.line(&format!(
            "# Save this as a file and name it with --config FILE.\ndefault_account = \"practice-{}\"\n",
            first.provider
        ))
    {
        return Ok(code);
    }
    let announced = served
        .iter()
        .try_for_each(|sandbox| announce(sandbox, args.contacts, out));
    if let Err(code) = announced {
        return Ok(code);
    }
    out.remark("Serving until Ctrl-C.");
    tokio::signal::ctrl_c()
        .await
        .map_err(|e| Trouble::new(TroubleKind::Local, format!("waiting for Ctrl-C: {e}")))?;
    for sandbox in served {
        let count = sandbox.running.requests();
        sandbox.running.stop().await;
        out.remark(&format!("{} answered {count} requests.", sandbox.provider));
    }
    Ok(exit::DONE)
}

fn announce(sandbox: &Sandbox, contacts: usize, out: Output) -> Result<(), u8> {
    if out.json {
        let account = sandbox.account();
        return out.line(
            &json!({
                "provider": sandbox.provider.as_str(), "base_url": sandbox.base_url,
                "account_id": account.account_id, "token": seed::KEY, "contacts": contacts,
            })
            .to_string(),
        );
    }
    out.line(&format!(
        "# {} with {contacts} contacts at {}\n# export CARDEX_SANDBOX_TOKEN={}\n{}",
        sandbox.provider,
        sandbox.base_url,
        seed::KEY,
        sandbox.configuration()
    ))
}
