//! Accounts and log entries in the words of the screen.

use std::time::Duration;

use crate::app::session::Session;
use crate::app::setup::{CLIENT_ID, Setup};
use crate::app::teller::Teller;
use crate::config::{Account, DEMO};
use crate::domain::{AccountName, ContactId, Draft};
use crate::http::curl::Credentials;
use crate::provider;
use crate::store::View;
use crate::transport::{Ended, Log, LogEntry};
use crate::tui::msg::{AccountInfo, AccountRow, LogLine, Msg, Rows};

mod runs;

pub use runs::{past, progress, results};

/// How often the request log is looked at while it is on screen.
const LOG_EVERY: Duration = Duration::from_millis(400);

/// The opened account.
pub fn account(session: &Session, practice: bool) -> AccountInfo {
    let account = session.account();
    let facts = provider::facts(account.provider);
    AccountInfo {
        name: account.name.clone(),
        provider: account.provider,
        title: facts.title.to_string(),
        host: account.host(),
        table: session.table().clone(),
        read_only: account.read_only,
        region: account.default_region.clone(),
        auth: credentials(account),
        practice: practice || account.name.as_str() == DEMO,
    }
}

/// Where an account's sign-in goes.
fn credentials(account: &Account) -> Credentials {
    let scheme = provider::facts(account.provider).auth;
    // Without a token of its own it is a practice account, which is given one.
    let header = scheme.filter(|_| account.token.is_some() || account.client_id.is_none());
    let mut found = Credentials::default();
    if let Some(scheme) = header {
        let name = account.auth_header.as_deref().unwrap_or(scheme.header);
        found = Credentials::header(name, scheme.prefix);
    }
    if account.client_id.is_some() {
        found = found.and_query(CLIENT_ID, "CLIENT_ID");
    }
    found
}

/// A window of the list.
pub fn rows(view: View) -> Rows {
    Rows {
        start: view.start,
        contacts: view.rows,
        matched: view.matched,
        total: view.total,
        complete: view.complete,
        numbers: view.numbers,
        followed: view.followed,
        hidden: view.hidden,
        gone: view.gone,
        anchored: view.anchored,
    }
}

/// Every configured account.
pub fn accounts(setup: &Setup) -> Vec<AccountRow> {
    let config = &setup.config;
    config
        .names()
        .into_iter()
        .map(|name| {
            let name = AccountName::new(name);
            match config.account(&name) {
                Ok(account) => AccountRow {
                    title: provider::facts(account.provider).title.to_string(),
                    place: if account.base_url.is_empty() {
                        setup.database().display().to_string()
                    } else {
                        account.host()
                    },
                    name,
                },
                Err(wrong) => AccountRow {
                    name,
                    title: "wrong".into(),
                    place: wrong.message,
                },
            }
        })
        .collect()
}

/// Sends the request log whenever it has grown, until it is aborted.
pub async fn follow_log(log: Log, sender: Teller) {
    let mut shown = None;
    loop {
        let written = log.written();
        if shown != Some(written) {
            shown = Some(written);
            sender.tell(Msg::Log(log.entries().iter().map(log_line).collect()));
        }
        tokio::time::sleep(LOG_EVERY).await;
    }
}

/// A request as the log shows it.
fn log_line(entry: &LogEntry) -> LogLine {
    let (result, ok) = match &entry.ended {
        Ended::Status(status) => (status.to_string(), (200..400).contains(status)),
        Ended::Broken(kind) => (format!("{kind:?}").to_lowercase(), false),
    };
    let result = if entry.note.is_empty() {
        result
    } else {
        format!("{result} {}", entry.note)
    };
    LogLine {
        at: entry.at,
        method: entry.method.to_string(),
        url: entry.url.clone(),
        result,
        ok,
        millis: entry.millis,
        attempt: entry.attempt,
    }
}

/// A draft as the screen lists it: whose, what to call the contact, when last kept.
pub fn draft(draft: &Draft) -> (ContactId, String, jiff::Timestamp) {
    (
        draft.base.id.clone(),
        draft.base.title().to_string(),
        draft.saved_at,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ProviderId;
    use crate::http::curl::command;
    use crate::http::{HttpRequest, Method};
    use crate::secret::TokenSource;

    /// Both sources of the sign-in stand in a copied line as variables, by the names of the account's settings.
    #[test]
    fn client_id_is_a_secret_in_the_address_and_a_variable_in_a_copied_line() {
        let source = |name: &str| Some(TokenSource::Env(name.into()));
        let account = Account {
            provider: ProviderId::RevyOps,
            ..Account::local(AccountName::new("outreach"))
        };
        let request = HttpRequest::new(Method::Get, "https://x.example/a?page=1");
        let line = |token, header: Option<&str>, client_id| {
            let account = Account {
                token,
                auth_header: header.map(String::from),
                client_id,
                ..account.clone()
            };
            command(&request, &credentials(&account))
        };
        let both = line(source("K"), Some("x-other"), source("C"));
        assert!(both.contains("-H \"x-other: $TOKEN\""), "{both}");
        assert!(
            both.ends_with("\"https://x.example/a?page=1&client_id=$CLIENT_ID\""),
            "{both}"
        );
        let key = line(source("K"), None, None);
        assert!(key.contains("-H \"x-api-key: $TOKEN\""), "{key}");
        assert!(!key.contains("CLIENT_ID"), "{key}");
        let client = line(None, None, source("C"));
        assert!(
            !client.contains("$TOKEN") && client.contains("client_id=$CLIENT_ID"),
            "{client}"
        );
    }
}
