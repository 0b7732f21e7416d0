//! Sandboxes: starting a vendor's fake on loopback, and an account that speaks to it.

use std::time::Duration;

use crate::app::clock;
use crate::config::Account;
use crate::domain::{AccountName, ProviderId, Trouble, TroubleKind};
use crate::sandbox::faults::{Faults, Vendor};
use crate::sandbox::rate::Rate;
use crate::sandbox::seed::Person;
use crate::sandbox::server::{self, Options, Running};
use crate::sandbox::spec::Help;
use crate::sandbox::{Fake, chatwoot, opencx, pabbly, seed};
use crate::secret::Secret;

/// The account number that the Chatwoot sandbox knows.
const CHATWOOT_ACCOUNT: u64 = 1;

/// The attribute that the Pabbly sandbox's contacts keep their e-mail address in.
const EMAIL: &str = "email";

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
}

impl Sandbox {
    /// An account on it.
    pub fn account(&self) -> Account {
        let name = AccountName::new(format!("sandbox-{}", self.provider));
        Account {
            provider: self.provider,
            base_url: self.base_url.clone(),
            account_id: (self.provider == ProviderId::Chatwoot).then_some(CHATWOOT_ACCOUNT),
            // It is this machine's own: no reason to be polite.
            per_minute: Some(6000),
            mirror: false,
            email_attribute: (self.provider == ProviderId::Pabbly).then(|| EMAIL.into()),
            tags_attribute: (self.provider == ProviderId::OpenCx).then(|| seed::TAGS_KEY.into()),
            ..Account::local(name)
        }
    }

    /// The lines of a configuration that reaches it.
    pub fn configuration(&self) -> String {
        let account = match self.provider {
            ProviderId::Chatwoot => format!("account_id = {CHATWOOT_ACCOUNT}\n"),
            ProviderId::Pabbly => format!("email_attribute = \"{EMAIL}\"\n"),
            ProviderId::OpenCx => format!("tags_attribute = \"{}\"\n", seed::TAGS_KEY),
            ProviderId::Local | ProviderId::ChatwootPublic | ProviderId::RevyOps => String::new(),
        };
        format!(
            "[accounts.practice-{provider}]\nprovider = \"{provider}\"\nbase_url = \"{url}\"\n\
             {account}token = {{ env = \"CARDEX_SANDBOX_TOKEN\" }}\n",
            provider = self.provider,
            url = self.base_url,
        )
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
        ProviderId::Chatwoot => chatwoot::Quirks::help(),
        ProviderId::Pabbly => pabbly::quirks::Quirks::help(),
        ProviderId::OpenCx => opencx::Quirks::help(),
        ProviderId::ChatwootPublic | ProviderId::RevyOps | ProviderId::Local => Vec::new(),
    }
}

/// A vendor's fake with these people, and the path that its API stands under.
fn play(
    provider: ProviderId,
    people: &[Person],
    quirks: &str,
) -> Result<(Vendor, Box<dyn Fake>, &'static str), Trouble> {
    let invalid = |message: String| Trouble::new(TroubleKind::Invalid, message);
    let unread = |error: String| {
        let list = format!("`cardex sandbox {provider} --quirks list` explains them");
        invalid(format!("--quirks: {error}")).with_hint(list)
    };
    match provider {
        ProviderId::Pabbly => {
            let quirks = pabbly::quirks::Quirks::parse(quirks).map_err(unread)?;
            let fake = seed::pabbly(people).with_quirks(quirks);
            Ok((Vendor::Pabbly, Box::new(fake), pabbly::BASE))
        }
        ProviderId::Chatwoot => {
            let quirks = chatwoot::Quirks::parse(quirks).map_err(unread)?;
            let fake = seed::chatwoot_like(people, quirks);
            Ok((Vendor::Chatwoot, Box::new(fake), ""))
        }
        ProviderId::OpenCx => {
            let quirks = opencx::Quirks::parse(quirks).map_err(unread)?;
            let fake = seed::opencx(people).with_quirks(quirks);
            Ok((Vendor::OpenCx, Box::new(fake), ""))
        }
        ProviderId::ChatwootPublic | ProviderId::RevyOps => {
            Err(invalid(format!("there is no sandbox for {provider} yet")))
        }
        ProviderId::Local => Err(
            invalid("the local store has no API to practise with".into())
                .with_hint("`cardex` itself opens it, with sample contacts"),
        ),
    }
}

/// Starts a sandbox.
///
/// # Errors
/// When an option is wrong or the port is taken.
pub async fn start(provider: ProviderId, practice: &Practice) -> Result<Sandbox, Trouble> {
    let invalid = |message: String| Trouble::new(TroubleKind::Invalid, message);
    let people = seed::people(practice.contacts);
    let quirks = practice.quirks.as_deref().unwrap_or_default();
    let (vendor, fake, path) = play(provider, &people, quirks)?;
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
    })
}
