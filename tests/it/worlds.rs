//! Contract worlds: every promise of the client, in every world in which a provider may turn out to live.
//!
//! A world is a vendor's fake with its switches set one way, behind a real socket, and sessions on it. What is
//! promised is the same in all of them (`promises`); where a world keeps the client from doing what was asked,
//! its [`Leeway`] says so, and then the promise is that this is told. Which worlds there are is read from the
//! fakes' own list of switches.

mod chatwoot;
mod chatwoot_public;
mod opencx;
mod pabbly;
mod promises;
mod revyops;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use cardex::app::clock;
use cardex::app::practice::{self, Sandbox};
use cardex::app::session::Session;
use cardex::app::setup::Setup;
use cardex::config::Account;
use cardex::domain::{ContactId, ProviderId};
use cardex::http::HttpResponse;
use cardex::sandbox::faults::Vendor;
use cardex::sandbox::server::{self, Options};
use cardex::sandbox::spec::{Allowed, Help};
use cardex::sandbox::{Fake, Received};
use cardex::secret::Secret;
use cardex::transport::LogEntry;
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

/// A fake as its colleagues in the vendor's own dashboard see it.
pub(super) trait Backstage: Fake + Send + 'static {
    /// The ids of the contacts that the list names.
    fn listed(&self) -> BTreeSet<String>;
    /// The tags of a contact.
    fn tags(&self, id: &str) -> BTreeSet<String>;
    /// A colleague gives it these tags and no others.
    fn retag(&mut self, id: &str, tags: &[&str]);
    /// A colleague gives it another name.
    fn rename(&mut self, id: &str, name: &str);
}

/// Something that happens to a fake, once, before it answers its request of this number.
type Meanwhile<F> = (usize, Box<dyn FnOnce(&mut F) + Send>);

/// A fake that counts what changes something.
pub(super) struct Watched<F> {
    /// The fake.
    pub fake: F,
    writes: usize,
    requests: usize,
    meanwhile: Option<Meanwhile<F>>,
}

impl<F: Backstage> Fake for Watched<F> {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        let reads = request.method == "GET" || request.path().ends_with("/filter");
        self.writes += usize::from(!reads);
        self.requests += 1;
        let due = |(number, _): &mut Meanwhile<F>| *number == self.requests;
        if let Some((_, happens)) = self.meanwhile.take_if(due) {
            happens(&mut self.fake);
        }
        self.fake.answer(request, now)
    }
}

/// In what a world keeps the client from what was asked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Leeway {
    /// Attributes that an update does not name vanish: told as drift.
    pub attributes_vanish: bool,
    /// A name can not be emptied: told as refused.
    pub name_stays: bool,
    /// Changes of tags are ignored: told as drift.
    pub tags_stay: bool,
    /// A removed attribute is still there: told as drift.
    pub removed_stays: bool,
    /// Emptied fields keep their value: told as drift.
    pub emptied_stays: bool,
    /// No field can be emptied: told as refused.
    pub emptied_refused: bool,
    /// The provider may not be asked who has a value: said so.
    pub no_search: bool,
}

/// One world.
pub(super) struct World<F> {
    /// What is special about it.
    pub name: String,
    /// What it keeps from the client.
    pub leeway: Leeway,
    /// Attributes that exist there, each with a value to set.
    pub attributes: Vec<(&'static str, Value)>,
    account: Account,
    fake: Arc<Mutex<Watched<F>>>,
    _sandbox: Sandbox,
    setup: Setup,
    _folder: TempDir,
}

impl<F: Backstage> World<F> {
    /// Starts a fake; `set` finishes the account on it.
    pub async fn start(
        name: &str,
        (provider, vendor, path): (ProviderId, Vendor, &str),
        fake: F,
        set: impl FnOnce(&mut Account),
    ) -> Self {
        let fake = Arc::new(Mutex::new(Watched {
            fake,
            writes: 0,
            requests: 0,
            meanwhile: None,
        }));
        let options = Options::new(vendor, clock::now);
        let running = server::start(Box::new(Arc::clone(&fake)), options).await;
        let running = running.unwrap();
        let base_url = format!("{}{path}", running.url());
        let sandbox = Sandbox {
            running,
            provider,
            base_url,
            sign_in: String::new(),
        };
        let folder = tempfile::tempdir().unwrap();
        let mut account = sandbox.account();
        account.per_minute = Some(60_000);
        set(&mut account);
        Self {
            name: name.to_string(),
            leeway: Leeway::default(),
            attributes: Vec::new(),
            account,
            fake,
            _sandbox: sandbox,
            setup: Setup::new(None, Some(folder.path().to_path_buf())).unwrap(),
            _folder: folder,
        }
    }

    /// A session that knows nothing yet.
    pub fn session(&self) -> Session {
        self.session_as(practice::token().unwrap(), |_| {})
    }

    /// The same with another token, on an account that `set` changes.
    pub fn session_as(&self, token: Secret, set: impl FnOnce(&mut Account)) -> Session {
        let mut account = self.account.clone();
        set(&mut account);
        self.setup.open_practice(account, token).unwrap()
    }

    /// The address that every request is to go to.
    pub fn base_url(&self) -> &str {
        &self.account.base_url
    }

    /// What the request log shows.
    pub fn log(&self) -> Vec<LogEntry> {
        self.setup.log.entries()
    }

    /// Lets something happen right before the request of this number is answered.
    pub fn before_answer(&self, number: usize, happens: impl FnOnce(&mut F) + Send + 'static) {
        self.backstage().meanwhile = Some((number, Box::new(happens)));
    }

    /// The fake, for looking behind the scenes.
    pub fn backstage(&self) -> MutexGuard<'_, Watched<F>> {
        self.fake.lock().unwrap()
    }

    /// How many requests arrived that change something.
    pub fn writes(&self) -> usize {
        self.backstage().writes
    }

    /// A listed contact that no other promise uses.
    pub fn contact(&self, number: usize) -> ContactId {
        let listed = self.backstage().fake.listed();
        ContactId::new(listed.into_iter().nth(number).unwrap())
    }
}

/// `KEY=VALUE` for every value of every switch that is not what holds anyway.
fn each_alone(switches: &[Help]) -> Vec<String> {
    let mut worlds = Vec::new();
    for switch in switches {
        let Allowed::Words(words) = &switch.allowed else {
            continue;
        };
        let others = words.iter().filter(|word| **word != switch.default);
        worlds.extend(others.map(|word| format!("{}={word}", switch.key)));
    }
    worlds
}
