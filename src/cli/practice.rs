//! `cardex sandbox`: serves the vendors' APIs on loopback until it is interrupted.

use serde_json::json;

use super::output::Output;
use super::{SandboxArgs, Vendor, exit};
use crate::app::practice::{self, Practice, Sandbox};
use crate::domain::{ProviderId, Trouble, TroubleKind, count};
use crate::sandbox::seed;

/// Starts the asked sandboxes, says how to reach them, and serves. Returns the exit code.
///
/// # Errors
/// When an option is wrong or a port is taken.
pub async fn sandbox(args: &SandboxArgs, out: Output) -> Result<u8, Trouble> {
    let vendors = match args.provider {
        Some(vendor) => vec![vendor],
        None if args.quirks.is_some() => {
            let message = "--quirks: every vendor has switches of its own; say which vendor";
            return Err(Trouble::new(TroubleKind::Invalid, message)
                .with_hint("for example `cardex sandbox opencx --quirks list`"));
        }
        None => Vendor::ALL.to_vec(),
    };
    let providers = vendors.into_iter().map(Vendor::provider);
    if args.quirks.as_deref() == Some("list") {
        return explain(providers, out);
    }
    let mut served: Vec<Sandbox> = Vec::new();
    for (provider, offset) in providers.zip(0_u16..) {
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
            quirks: args.quirks.clone(),
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

/// Prints the switches: a block each, or a JSON line.
fn explain(providers: impl Iterator<Item = ProviderId>, out: Output) -> Result<u8, Trouble> {
    for switch in providers.flat_map(practice::switches) {
        let line = if out.json {
            json!({
                "key": switch.key, "default": switch.default, "meaning": switch.meaning,
                "allowed": switch.allowed.to_string(),
            })
            .to_string()
        } else {
            switch.to_string()
        };
        if let Err(code) = out.line(&line) {
            return Ok(code);
        }
    }
    Ok(exit::DONE)
}

fn announce(sandbox: &Sandbox, contacts: usize, out: Output) -> Result<(), u8> {
    if out.json {
        let account = sandbox.account();
        let mut line = json!({
            "provider": sandbox.provider.as_str(), "base_url": sandbox.base_url,
            "account_id": account.account_id, "token": seed::KEY, "contacts": contacts,
        });
        if sandbox.provider == ProviderId::RevyOps {
            line["client_id"] = json!(seed::CLIENT_ID);
        }
        let both = [ProviderId::Chatwoot, ProviderId::ChatwootPublic];
        if both.contains(&sandbox.provider) {
            line["inbox_identifier"] = json!(seed::INBOX);
            line["hmac_token"] = json!(seed::INBOX_KEY);
        }
        return out.line(&line.to_string());
    }
    let variables: String = sandbox
        .variables()
        .into_iter()
        .map(|(name, value)| format!("# export {name}={value}\n"))
        .collect();
    out.line(&format!(
        "# {} with {} at {}\n{variables}{}",
        sandbox.provider,
        count::contacts(contacts),
        sandbox.base_url,
        sandbox.configuration()
    ))
}
