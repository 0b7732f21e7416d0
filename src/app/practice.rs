//! Sandboxes: starting a vendor's fake on loopback, and an account that speaks to it.

use std::time::Duration;

use crate::app::clock;
use crate::app::session::{Session, store_trouble};
use crate::config::Account;
use crate::domain::{AccountName, ContactId, ProviderId, Trouble, TroubleKind};
use crate::sandbox::faults::{Faults, Vendor};
use crate::sandbox::rate::Rate;
use crate::sandbox::revyops::choices::Auth;
use crate::sandbox::seed::Person;
use crate::sandbox::server::{self, Options, Running};
use crate::sandbox::spec::Help;
use crate::sandbox::{Fake, chatwoot, opencx, pabbly, revyops, seed};
use crate::secret::{Configured, Secret};
use crate::store::RosterEntry;

/// The account number that the Chatwoot sandbox knows.
const CHATWOOT_ACCOUNT: u64 = 1;

/// The attribute that the Pabbly sandbox's contacts keep their e-mail address in.
const EMAIL: &str = "email";

/// The variable that a printed configuration takes the token from.
const TOKEN: &str = "CARDEX_SANDBOX_TOKEN";

/// The variable that it takes RevyOps' `client_id` from.
const CLIENT_ID: &str = "CARDEX_SANDBOX_CLIENT_ID";

/// The variable that a printed configuration takes the key of identity hashes from.
const HMAC: &str = "CARDEX_SANDBOX_HMAC";

/// How a sandbox is set up.
#[derive(Debug, Clone, Default)]
pub struct Practice {
    /// The port, 0 for any free one.
    pub port: u16,
    /// How many contacts it holds.
    pub contacts: usize,
    /// Milliseconds before every answer.
    pub latency: u64,
    /// `N/min`, beyond which it answers 429.
    pub rate: Option<String>,
    /// What goes wrong on purpose.
    pub faults: Option<String>,
    /// `KEY=VALUE,KEY=VALUE`: how it answers what the vendor's documents leave open.
    pub quirks: Option<String>,
}

/// A running sandbox and how to reach it.
pub struct Sandbox {
    /// The server; it ends when dropped.
    pub running: Running,
    /// Whose API it speaks.
    pub provider: ProviderId,
    /// What `base_url` has to be.
    pub base_url: String,
    /// The lines of a configuration that sign in to it.
    pub sign_in: String,
}

impl Sandbox {
    /// An account on it.
    pub fn account(&self) -> Account {
        let name = AccountName::new(format!("sandbox-{}", self.provider));
        let inbox = Secret::new(seed::INBOX).ok();
        let inbox = inbox.filter(|_| self.provider == ProviderId::ChatwootPublic);
        Account {
            provider: self.provider,
            base_url: self.base_url.clone(),
            account_id: (self.provider == ProviderId::Chatwoot).then_some(CHATWOOT_ACCOUNT),
            // It is this machine's own: no reason to be polite.
            per_minute: Some(6000),
            mirror: false,
            email_attribute: (self.provider == ProviderId::Pabbly).then(|| EMAIL.into()),
            tags_attribute: tags_attribute(self.provider).map(String::from),
            inbox_identifier: inbox.map(Configured::Written),
            ..Account::local(name)
        }
    }

    /// The lines of a configuration that reaches it. A Chatwoot server has two APIs, and an account for each.
    pub fn configuration(&self) -> String {
        let own = self.account_of(self.provider);
        let other = match self.provider {
            ProviderId::Chatwoot => ProviderId::ChatwootPublic,
            ProviderId::ChatwootPublic => ProviderId::Chatwoot,
            _ => return own,
        };
        format!("{own}\n{}", self.account_of(other))
    }

    fn account_of(&self, provider: ProviderId) -> String {
        if provider == ProviderId::ChatwootPublic {
            return format!(
                "# Its roster: cardex --account practice-{provider} roster from practice-chatwoot\n\
                 [accounts.practice-{provider}]\nprovider = \"{provider}\"\nbase_url = \"{url}\"\n\
                 inbox_identifier = \"{inbox}\"\nhmac_token = {{ env = \"{HMAC}\" }}\n",
                url = self.base_url,
                inbox = seed::INBOX,
            );
        }
        let account = match provider {
            ProviderId::Chatwoot => format!("account_id = {CHATWOOT_ACCOUNT}\n"),
            ProviderId::Pabbly => format!("email_attribute = \"{EMAIL}\"\n"),
            other => tags_attribute(other)
                .map(|name| format!("tags_attribute = \"{name}\"\n"))
                .unwrap_or_default(),
        };
        format!(
            "[accounts.practice-{provider}]\nprovider = \"{provider}\"\nbase_url = \"{url}\"\n\
             {account}{sign_in}",
            url = self.base_url,
            sign_in = self.sign_in,
        )
    }

    /// The variables that [`Sandbox::configuration`] takes secrets from, with their values.
    pub fn variables(&self) -> Vec<(&'static str, &'static str)> {
        let all = [
            (TOKEN, seed::KEY),
            (CLIENT_ID, seed::CLIENT_ID),
            (HMAC, seed::INBOX_KEY),
        ];
        let configuration = self.configuration();
        all.into_iter()
            .filter(|(name, _)| configuration.contains(name))
            .collect()
    }
}

/// The attribute that a sandbox's contacts keep their tags in.
fn tags_attribute(provider: ProviderId) -> Option<&'static str> {
    match provider {
        ProviderId::OpenCx => Some(seed::TAGS_KEY),
        ProviderId::RevyOps => Some(seed::TAGS_FIELD),
        ProviderId::Local
        | ProviderId::Chatwoot
        | ProviderId::ChatwootPublic
        | ProviderId::Pabbly => None,
    }
}

/// The token that every sandbox accepts.
///
/// # Errors
/// Never in practice: the token is a constant.
pub fn token() -> Result<Secret, Trouble> {
    Secret::new(seed::KEY).map_err(|e| {
        Trouble::new(
            TroubleKind::Local,
            format!("making the sandbox's token: {e}"),
        )
    })
}

/// The switches of a vendor's sandbox; none where there is no sandbox.
pub fn switches(provider: ProviderId) -> Vec<Help> {
    match provider {
        ProviderId::Chatwoot | ProviderId::ChatwootPublic => chatwoot::Quirks::help(),
        ProviderId::Pabbly => pabbly::quirks::Quirks::help(),
        ProviderId::OpenCx => opencx::Quirks::help(),
        ProviderId::RevyOps => revyops::quirks::Quirks::help(),
        ProviderId::Local => Vec::new(),
    }
}

/// A vendor's fake, and how it is reached.
struct Play {
    vendor: Vendor,
    fake: Box<dyn Fake>,
    /// The path that the API stands under.
    path: &'static str,
    /// The lines of a configuration that sign in.
    sign_in: String,
}

impl Play {
    /// One that a token is enough for.
    fn new(vendor: Vendor, fake: impl Fake + 'static, path: &'static str) -> Self {
        Self {
            vendor,
            fake: Box::new(fake),
            path,
            sign_in: format!("token = {{ env = \"{TOKEN}\" }}\n"),
        }
    }
}

/// A vendor's fake with these people.
fn play(provider: ProviderId, people: &[Person], quirks: &str) -> Result<Play, Trouble> {
    let invalid = |message: String| Trouble::new(TroubleKind::Invalid, message);
    let unread = |error: String| {
        let list = format!("`cardex sandbox {provider} --quirks list` explains them");
        invalid(format!("--quirks: {error}")).with_hint(list)
    };
    match provider {
        ProviderId::Pabbly => {
            let quirks = pabbly::quirks::Quirks::parse(quirks).map_err(unread)?;
            let fake = seed::pabbly(people).with_quirks(quirks);
            Ok(Play::new(Vendor::Pabbly, fake, pabbly::BASE))
        }
        // One server speaks both APIs.
        ProviderId::Chatwoot | ProviderId::ChatwootPublic => {
            let quirks = chatwoot::Quirks::parse(quirks).map_err(unread)?;
            let fake = seed::chatwoot_like(people, quirks);
            Ok(Play::new(Vendor::Chatwoot, fake, ""))
        }
        ProviderId::OpenCx => {
            let quirks = opencx::Quirks::parse(quirks).map_err(unread)?;
            let fake = seed::opencx(people).with_quirks(quirks);
            Ok(Play::new(Vendor::OpenCx, fake, ""))
        }
        ProviderId::RevyOps => {
            let quirks = revyops::quirks::Quirks::parse(quirks).map_err(unread)?;
            let (path, sign_in) = (quirks.path(), revyops_sign_in(&quirks));
            let fake = seed::revyops(people).with_quirks(quirks);
            Ok(Play {
                sign_in,
                ..Play::new(Vendor::RevyOps, fake, path)
            })
        }
        ProviderId::Local => Err(
            invalid("the local store has no API to practise with".into())
                .with_hint("`cardex` itself opens it, with sample contacts"),
        ),
    }
}

/// RevyOps is signed in to by a header of any name, by `client_id`, or by both.
fn revyops_sign_in(quirks: &revyops::quirks::Quirks) -> String {
    let token = format!("token = {{ env = \"{TOKEN}\" }}");
    let key = match &quirks.header {
        None => format!("{token}\n"),
        Some(name) => format!("auth = {{ header = \"{name}\", {token} }}\n"),
    };
    let client_id = format!("client_id = {{ env = \"{CLIENT_ID}\" }}\n");
    match quirks.auth {
        Auth::Header | Auth::Either => key,
        Auth::ClientId => client_id,
        Auth::Both => key + &client_id,
    }
}

/// Fills the roster of a practice account with the source ids of its contacts, where it has one.
///
/// # Errors
/// When the store can not be written.
pub async fn fill_roster(session: &Session, contacts: usize) -> Result<(), Trouble> {
    if !session.has_roster() {
        return Ok(());
    }
    let now = clock::now();
    let entries = seed::source_ids(&seed::people(contacts)).into_iter();
    let entries = entries.map(|(id, identifier)| RosterEntry {
        source_id: ContactId::new(id),
        identifier,
        added_at: now,
        origin: "sandbox".into(),
    });
    let (name, store) = (&session.account().name, session.store());
    let added = store.roster_add(name, entries.collect()).await;
    added
        .map(|_| ())
        .map_err(|e| store_trouble("filling the roster", &e))
}

/// Starts a sandbox.
///
/// # Errors
/// When an option is wrong or the port is taken.
pub async fn start(provider: ProviderId, practice: &Practice) -> Result<Sandbox, Trouble> {
    let invalid = |message: String| Trouble::new(TroubleKind::Invalid, message);
    let people = seed::people(practice.contacts);
    let quirks = practice.quirks.as_deref().unwrap_or_default();
    let Play {
        vendor,
        fake,
        path,
        sign_in,
    } = play(provider, &people, quirks)?;
    let mut options = Options::new(vendor, clock::now);
    options.port = practice.port;
    options.latency = Duration::from_millis(practice.latency);
    if let Some(rate) = &practice.rate {
        options.rate = Some(Rate::parse(rate).map_err(|e| invalid(format!("--rate: {e}")))?);
    }
    if let Some(spec) = &practice.faults {
        options.faults = Faults::parse(spec).map_err(|e| invalid(format!("--faults: {e}")))?;
    }
    let running = server::start(fake, options).await.map_err(|e| {
        Trouble::new(
            TroubleKind::Local,
            format!("listening on 127.0.0.1 port {}: {e}", practice.port),
        )
        .with_hint("choose another port with --port N, or 0 for any free one")
    })?;
    let base_url = format!("{}{path}", running.url());
    Ok(Sandbox {
        running,
        provider,
        base_url,
        sign_in,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_configuration_signs_in_as_the_sandbox_wants_it() {
        let token = "token = { env = \"CARDEX_SANDBOX_TOKEN\" }";
        let client_id = "client_id = { env = \"CARDEX_SANDBOX_CLIENT_ID\" }\n";
        for (provider, quirks, sign_in, path, variables) in [
            (ProviderId::OpenCx, "", format!("{token}\n"), "", 1),
            (ProviderId::RevyOps, "", format!("{token}\n"), "/api", 1),
            (
                ProviderId::RevyOps,
                "auth=client-id,prefix=none",
                client_id.into(),
                "",
                1,
            ),
            (
                ProviderId::RevyOps,
                "auth=both,header=Authorization",
                format!("auth = {{ header = \"Authorization\", {token} }}\n{client_id}"),
                "/api",
                2,
            ),
        ] {
            let practice = Practice {
                quirks: Some(quirks.into()),
                ..Practice::default()
            };
            let sandbox = start(provider, &practice).await.unwrap();
            let printed = sandbox.configuration();
            assert!(printed.ends_with(&sign_in), "{quirks}: {printed}");
            let base_url = format!("{}{path}", sandbox.running.url());
            assert_eq!(sandbox.base_url, base_url, "{quirks}");
            assert!(printed.contains(&format!("base_url = \"{base_url}\"\n")));
            assert_eq!(sandbox.variables().len(), variables, "{quirks}");
            let tags = sandbox.account().tags_attribute.unwrap();
            assert!(printed.contains(&format!("tags_attribute = \"{tags}\"\n")));
            sandbox.running.stop().await;
        }
    }
}
