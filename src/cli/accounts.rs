//! `cardex accounts list|check` and `cardex login`.

use std::io::IsTerminal;

use serde_json::json;

use super::exit;
use super::output::{Output, trouble_json};
use crate::app::session::Session;
use crate::app::setup::Setup;
use crate::config::{Account, DEMO, place};
use crate::domain::{AccountName, ProviderId, Trouble, TroubleKind, shown};
use crate::provider;
use crate::secret::{Secret, TokenSource, keyring};

/// Lists the configured accounts, wrong ones with their mistakes.
///
/// # Errors
/// None; wrong accounts are part of the list.
pub fn list(setup: &Setup, out: Output) -> Result<u8, Trouble> {
    let config = &setup.config;
    let demo = AccountName::new(DEMO);
    let mut rows: Vec<(AccountName, Result<Account, Vec<String>>)> = config
        .accounts
        .iter()
        .map(|(n, a)| (n.clone(), a.clone()))
        .collect();
    if !config.accounts.contains_key(&demo) {
        rows.push((demo, Ok(Account::demo())));
    }
    let default = config.choose(None).ok().map(|a| a.name);
    let mut ended = Ok(());
    for (name, account) in rows {
        let is_default = default.as_ref() == Some(&name);
        let line = if out.json {
            account_json(&name, &account, is_default)
        } else {
            account_line(&name, &account, is_default)
        };
        ended = ended.and_then(|()| out.line(&line));
    }
    let said = config.file.as_ref().map_or_else(
        || match place::config_file() {
            Ok(path) => format!("no configuration file at {}", path.display()),
            Err(_) => "no configuration file".to_string(),
        },
        |f| format!("configuration: {}", f.display()),
    );
    out.remark(&format!("{said}; data: {}", setup.database().display()));
    Ok(ended.err().unwrap_or(exit::DONE))
}

fn account_json(
    name: &AccountName,
    account: &Result<Account, Vec<String>>,
    default: bool,
) -> String {
    match account {
        Ok(a) => json!({
            "name": name.as_str(), "provider": a.provider.as_str(), "base_url": a.base_url,
            "account_id": a.account_id, "read_only": a.read_only, "mirror": a.mirror,
            "token": a.token.as_ref().map(ToString::to_string),
            "client_id": a.client_id.as_ref().map(ToString::to_string),
            "inbox_identifier": a.inbox_identifier.as_ref().map(ToString::to_string),
            "hmac_token": a.hmac_token.as_ref().map(ToString::to_string), "default": default,
        }),
        Err(mistakes) => json!({"name": name.as_str(), "default": default, "mistakes": mistakes}),
    }
    .to_string()
}

fn account_line(
    name: &AccountName,
    account: &Result<Account, Vec<String>>,
    default: bool,
) -> String {
    let mark = if default { "*" } else { " " };
    let name = shown::one_line(name.as_str()).into_owned();
    match account {
        Ok(a) => {
            let read_only = if a.read_only { "  read-only" } else { "" };
            let secrets = sources(a).map(|(what, s)| format!("  {what} from {s}"));
            let token: String = secrets.collect();
            let title = provider::facts(a.provider).title;
            let host = a.host();
            let text = format!("{mark} {name:<16} {title:<18} {host}{token}{read_only}");
            shown::one_line(text.trim_end()).into_owned()
        }
        Err(mistakes) => {
            format!(
                "{mark} {name:<16} WRONG: {}",
                shown::one_line(&mistakes.join("; "))
            )
        }
    }
}

/// The account's secrets, and where each comes from.
fn sources(account: &Account) -> impl Iterator<Item = (&'static str, String)> {
    let inbox = account.inbox_identifier.as_ref().map(ToString::to_string);
    let said = |source: &Option<TokenSource>| source.as_ref().map(ToString::to_string);
    let all = [
        ("token", said(&account.token)),
        ("client_id", said(&account.client_id)),
        ("inbox_identifier", inbox),
        ("hmac_token", said(&account.hmac_token)),
    ];
    all.into_iter()
        .filter_map(|(what, source)| Some((what, source?)))
}

/// Signs in and tells what answers.
///
/// # Errors
/// When it can not be reached, or signing in fails.
pub async fn check(session: &Session, out: Output) -> Result<u8, Trouble> {
    let account = session.account();
    let name = account.name.as_str();
    let title = provider::facts(account.provider).title;
    let mut lines = vec![
        format!("{name}: {title} {}", account.host())
            .trim_end()
            .to_string(),
    ];
    lines.extend(sources(account).map(|(what, s)| format!("the {what} comes from {s}")));
    if account.read_only {
        lines.push("read_only is set: cardex will not write here".into());
    }
    lines.extend(account.doubts().into_iter().map(|d| format!("! {d}")));
    match session.about().await {
        Ok(about) => {
            lines.extend(about.told);
            let refused = about.refused.iter().map(|trouble| {
                let hint = trouble
                    .hint
                    .as_ref()
                    .map_or(String::new(), |h| format!(" ({h})"));
                format!("! {trouble}{hint}")
            });
            lines.extend(refused);
            // A server that fails one call of those that matter does not work.
            let failed = about.refused.iter().find(|t| t.kind == TroubleKind::Server);
            let code = failed.map_or(exit::DONE, exit::of_trouble);
            let printed = if out.json {
                let ok = failed.is_none();
                out.object(&json!({"account": name, "ok": ok, "notes": lines}))
            } else {
                lines.iter().try_for_each(|l| out.line(&shown::one_line(l)))
            };
            Ok(Output::ended(printed, code))
        }
        Err(trouble) if out.json => {
            let value = json!({
                "account": name, "ok": false, "notes": lines, "error": trouble_json(&trouble),
            });
            out.error_text(&trouble.message, trouble.hint.as_deref());
            let code = exit::of_trouble(&trouble);
            Ok(out.object(&value).err().unwrap_or(code))
        }
        Err(trouble) => Err(trouble),
    }
}

/// Puts a token into the key store, or takes it out.
///
/// # Errors
/// When the account does not use the key store, or the key store refuses.
pub fn login(setup: &Setup, name: &str, forget: bool, out: Output) -> Result<u8, Trouble> {
    let account = setup.config.account(&AccountName::new(name))?;
    if account.provider == ProviderId::Local {
        return Err(invalid(format!(
            "the account {name} is a local one; it needs no token"
        )));
    }
    if !matches!(account.token, Some(TokenSource::Keyring { .. })) {
        return Err(invalid(format!(
            "the account {name} does not take its token from the key store"
        ))
        .with_hint(
            "set token = { keyring = true } for it first; the key store holds an account's token, no other \
             secret of it",
        ));
    }
    let failed = |e: crate::secret::SourceError| {
        Trouble::new(TroubleKind::SignIn, e.to_string())
            .with_hint("without a key store, use token = { command = […] } or { file = \"…\" }")
    };
    if forget {
        keyring::forget(name).map_err(failed)?;
        out.remark(&format!(
            "The token of {name} was removed from the key store."
        ));
        return Ok(exit::DONE);
    }
    let text = read_token(name)?;
    let secret = Secret::new(text.trim())
        .map_err(|e| invalid(format!("the token for {name} can not be used: {e}")))?;
    keyring::store_in_keyring(name, &secret).map_err(failed)?;
    out.remark(&format!("The token of {name} is in the key store."));
    Ok(exit::DONE)
}

/// From a hidden prompt on a terminal, else the first line of standard input.
fn read_token(name: &str) -> Result<String, Trouble> {
    let failed = |e: std::io::Error| {
        Trouble::new(
            TroubleKind::Local,
            format!("reading the token for {name}: {e}"),
        )
    };
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("Token for {name}: ")).map_err(failed);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(failed)?;
    Ok(line)
}

fn invalid(message: String) -> Trouble {
    Trouble::new(TroubleKind::Invalid, message)
}
