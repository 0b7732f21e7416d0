//! Putting the parts together: configuration, database, network client, sessions.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tokio::sync::OnceCell;

use crate::app::session::{self, Session, store_trouble};
use crate::app::{clock, demo, failure};
use crate::config::{self, Account, Config, place};
use crate::domain::{AccountName, ProviderId, Trouble, TroubleKind};
use crate::provider::chatwoot_public::call;
use crate::provider::{self, AuthScheme};
use crate::secret::{Configured, Secret, TokenSource};
use crate::store::Store;
use crate::transport::auth::Auth;
use crate::transport::limiter::Pace;
use crate::transport::log::Log;
use crate::transport::shared::{self, Meet, Others};
use crate::transport::{Client, Clock, Lane, Limits};

/// The database's file name in the data directory.
const DATABASE: &str = "cardex.db";

/// RevyOps' parameter that is itself a secret.
pub const CLIENT_ID: &str = "client_id";

/// Everything that is shared between accounts of one process.
#[derive(Clone)]
pub struct Setup {
    /// The configuration.
    pub config: Arc<Config>,
    /// Where data is kept.
    pub data_dir: PathBuf,
    /// The request log.
    pub log: Log,
    store: Arc<OnceLock<Store>>,
    client: Client,
    clock: Clock,
}

impl Setup {
    /// Reads the configuration; opens nothing yet.
    ///
    /// # Errors
    /// When the configuration can not be read, or no home directory is known.
    pub fn new(config: Option<PathBuf>, data_dir: Option<PathBuf>) -> Result<Self, Trouble> {
        let config = match config {
            Some(path) => Config::read(&path, true)?,
            None => Config::read(&place::config_file()?, false)?,
        };
        let data_dir = data_dir.map_or_else(place::data_dir, Ok)?;
        Ok(Self {
            config: Arc::new(config),
            data_dir,
            log: Log::new(crate::transport::log::KEPT),
            store: Arc::default(),
            client: Client::new(Limits::default()),
            clock: Arc::new(clock::now),
        })
    }

    /// The same with another network, and requests paced by another clock.
    #[must_use]
    pub fn over(self, client: Client, clock: Clock) -> Self {
        Self {
            client,
            clock,
            ..self
        }
    }

    /// The database's path.
    pub fn database(&self) -> PathBuf {
        self.data_dir.join(DATABASE)
    }

    /// The database, opened on first use.
    ///
    /// # Errors
    /// When it can not be opened; the file is left as it is.
    pub fn store(&self) -> Result<Store, Trouble> {
        if let Some(store) = self.store.get() {
            return Ok(store.clone());
        }
        let path = self.database();
        let opened = Store::open(&path).map_err(|e| {
            // The store's own sentences name the file and what can be done.
            store_trouble("opening the database", &e)
        })?;
        Ok(self.store.get_or_init(|| opened).clone())
    }

    /// A session on a configured account. Nothing is sent and no token is read until it is needed.
    ///
    /// # Errors
    /// When the database can not be opened.
    pub fn open(&self, account: Account) -> Result<Session, Trouble> {
        let store = self.store()?;
        if let Some(age) = self.config.keep_runs {
            let now = clock::now();
            let own = store.at(session::place(&account));
            own.forget_runs_later(&account.name, age.before(now), now);
        }
        if account.provider == ProviderId::Local {
            if account.name.as_str() == config::DEMO {
                demo::fill(&store, &account.name, clock::now())?;
            }
            return Ok(Session::new(account, store.clone(), store, None));
        }
        let claimed = store.at(session::place(&account)).claim(&account.name);
        claimed
            .wait()
            .map_err(|e| store_trouble("opening the account", &e))?;
        let contacts = if account.mirror {
            store.clone()
        } else {
            memory()?
        };
        let connector = Connector::new(self.clone(), account.clone(), None);
        Ok(Session::new(account, store, contacts, Some(connector)))
    }

    /// A session on a sandbox in this process: nothing is kept on disk.
    ///
    /// # Errors
    /// When the database in memory can not be made.
    pub fn open_practice(&self, account: Account, token: Secret) -> Result<Session, Trouble> {
        let memory = memory()?;
        let connector = Connector::new(self.clone(), account.clone(), Some(token));
        Ok(Session::new(
            account,
            memory.clone(),
            memory,
            Some(connector),
        ))
    }
}

fn memory() -> Result<Store, Trouble> {
    Store::in_memory().map_err(|e| store_trouble("opening a database in memory", &e))
}

/// Makes an account's lane when it is first needed: reading a token may take seconds.
pub struct Connector {
    setup: Setup,
    account: Account,
    given: Option<Secret>,
    lane: OnceCell<Lane>,
}

impl Connector {
    fn new(setup: Setup, account: Account, given: Option<Secret>) -> Self {
        Self {
            setup,
            account,
            given,
            lane: OnceCell::new(),
        }
    }

    /// The lane.
    ///
    /// # Errors
    /// When the token can not be had; the next call tries again.
    pub async fn lane(&self) -> Result<&Lane, Trouble> {
        self.lane.get_or_try_init(|| self.connect()).await
    }

    /// The lane, if it was needed before.
    pub fn connected(&self) -> Option<&Lane> {
        self.lane.get()
    }

    /// The account's credentials, read from where they are kept.
    async fn sign_in(&self, scheme: Option<AuthScheme>) -> Result<Auth, Trouble> {
        let account = &self.account;
        if let Some(inbox) = &account.inbox_identifier {
            return knock(account, inbox).await;
        }
        let token = match (&self.given, &account.token) {
            (Some(given), _) => Some(given.clone()),
            (None, Some(source)) => Some(read_secret(account, "token", source.clone()).await?),
            (None, None) => None,
        };
        let client_id = match &account.client_id {
            Some(source) => Some(read_secret(account, CLIENT_ID, source.clone()).await?),
            None => None,
        };
        if scheme.is_some() && token.is_none() && client_id.is_none() {
            return Err(Trouble::new(
                TroubleKind::SignIn,
                format!("signing in to {}: no token is configured", account.name),
            ));
        }
        let mut auth = Auth::none();
        if let (Some(scheme), Some(token)) = (scheme, token) {
            let name = account.auth_header.as_deref().unwrap_or(scheme.header);
            auth = auth.and_header(name, scheme.prefix, token);
        }
        if let Some(client_id) = client_id {
            auth = auth.and_query(CLIENT_ID, client_id);
        }
        Ok(auth)
    }

    /// Reads the secrets anew from where they are kept, for what is sent from now on.
    ///
    /// # Errors
    /// When a secret can not be had; the last ones stay.
    pub async fn sign_in_again(&self) -> Result<(), Trouble> {
        let Some(lane) = self.connected() else {
            return Ok(());
        };
        let scheme = provider::facts(self.account.provider).auth;
        lane.sign_in_again(self.sign_in(scheme).await?);
        Ok(())
    }

    /// A lane for each part of the sign-in by itself, with what a person calls the part; none where there is no
    /// more than one part.
    ///
    /// # Errors
    /// When a secret can not be had.
    pub async fn each_alone(&self) -> Result<Vec<(String, Lane)>, Trouble> {
        let scheme = provider::facts(self.account.provider).auth;
        let each = self.sign_in(scheme).await?.each_alone().into_iter();
        each.map(|(name, auth)| Ok((name, self.lane_with(auth)?)))
            .collect()
    }

    async fn connect(&self) -> Result<Lane, Trouble> {
        let scheme = provider::facts(self.account.provider).auth;
        let lane = self.lane_with(self.sign_in(scheme).await?)?;
        // A sandbox of this process has nobody else to share with.
        if self.given.is_some() {
            return Ok(lane);
        }
        let store = self.setup.store()?.at(session::place(&self.account));
        Ok(lane.sharing(meeting(store, self.account.name.clone())))
    }

    fn lane_with(&self, auth: Auth) -> Result<Lane, Trouble> {
        let account = &self.account;
        let pace = pace(account);
        let judge = provider::codec(account.provider).ok_or_else(|| {
            Trouble::new(
                TroubleKind::Local,
                "a local account has no network".to_string(),
            )
        })?;
        let client = match account.timeout {
            None => self.setup.client.clone(),
            Some(total) => {
                let usual = Limits::default();
                let connect = usual.connect.min(total);
                Client::new(Limits {
                    connect,
                    total,
                    ..usual
                })
            }
        };
        Ok(Lane::new(
            account.name.as_str(),
            client,
            auth,
            pace,
            self.setup.log.clone(),
            Arc::clone(&self.setup.clock),
            move |request, response| judge.judge(request, response),
        ))
    }
}

/// Where the processes that send for one account meet: its row in the database. A database that does not answer
/// leaves everything as it was.
fn meeting(store: Store, account: AccountName) -> Meet {
    // A process's number is given again; its number and its beginning are not.
    let process = format!("{} {}", std::process::id(), clock::now());
    Arc::new(move |now, held, hear| {
        store.meet_pacers(&account, &process, now, held, shared::LEASE, move |met| {
            if let Ok(met) = met {
                hear(Others {
                    processes: met.processes,
                    held_until: met.held_until,
                });
            }
        });
    })
}

/// The pace of an account. A rate that a person sets is cardex's own, and used whole; of a vendor's limit that
/// others use as well, bulk work leaves a half.
fn pace(account: &Account) -> Pace {
    let facts = provider::facts(account.provider).pace;
    let told = account.per_minute.filter(|told| *told > 0);
    let halved = facts.shared && told.is_none();
    // A second and a half's worth at once: less than any bucket that is worth its name holds.
    let burst = told.map_or(0, |told| told / 40);
    Pace {
        per_minute: account.per_minute.unwrap_or(facts.per_minute),
        ceiling: account.per_minute.unwrap_or(facts.ceiling),
        burst: facts.burst.max(burst),
        concurrency: account.concurrency.unwrap_or(facts.concurrency),
        share: account.bulk_share.unwrap_or(if halved { 50 } else { 100 }),
    }
}

/// Nobody signs in to an inbox: its name is the secret, and the hash proves who a contact is.
async fn knock(account: &Account, inbox: &Configured) -> Result<Auth, Trouble> {
    let inbox = match inbox {
        Configured::Written(secret) => secret.clone(),
        Configured::From(source) => read_secret(account, call::INBOX, source.clone()).await?,
    };
    let auth = Auth::none().and_path(call::INBOX, inbox);
    match &account.hmac_token {
        None => Ok(auth),
        Some(source) => {
            let key = read_secret(account, "hmac_token", source.clone()).await?;
            Ok(auth.and_hash(call::HASH, call::IDENTIFIER, key))
        }
    }
}

async fn read_secret(
    account: &Account,
    what: &str,
    source: TokenSource,
) -> Result<Secret, Trouble> {
    let resolved = tokio::task::spawn_blocking(move || source.resolve()).await;
    match resolved {
        Ok(Ok(secret)) => Ok(secret),
        Ok(Err(error)) => Err(failure::of_secret(account, what, &error)),
        Err(_) => Err(Trouble::new(
            TroubleKind::SignIn,
            format!(
                "reading the {what} of {}: the reader stopped unexpectedly",
                account.name
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_told_rate_is_used_whole_and_of_a_shared_limit_bulk_work_takes_half() {
        let account = |provider, per_minute, bulk_share| Account {
            provider,
            per_minute,
            bulk_share,
            ..Account::local(AccountName::new("desk"))
        };
        let share = |provider, per_minute, bulk_share| {
            pace(&account(provider, per_minute, bulk_share)).share
        };
        assert_eq!(share(ProviderId::OpenCx, None, None), 50);
        assert_eq!(share(ProviderId::OpenCx, Some(90), None), 100);
        assert_eq!(share(ProviderId::OpenCx, Some(90), Some(20)), 20);
        assert_eq!(share(ProviderId::RevyOps, None, None), 100);
        assert_eq!(share(ProviderId::RevyOps, None, Some(30)), 30);
        let told = pace(&account(ProviderId::Pabbly, Some(600), None));
        assert_eq!((told.per_minute, told.burst), (600, 15));
    }

    #[test]
    fn processes_meet_in_the_database_of_their_account() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DATABASE);
        let meet = |name: &str| meeting(Store::open(&path).unwrap(), AccountName::new(name));
        let heard = |meet: &Meet, seconds: i64, held: Option<i64>| {
            let at = |s| jiff::Timestamp::from_second(1_800_000_000 + s).unwrap();
            let (told, heard) = std::sync::mpsc::channel();
            let hear = Box::new(move |others| told.send(others).unwrap());
            meet(at(seconds), held.map(at), hear);
            let others: Others = heard.recv().unwrap();
            (others.processes, others.held_until == Some(at(60)))
        };
        let (one, two, other) = (meet("desk"), meet("desk"), meet("other"));
        assert_eq!(heard(&one, 0, None), (1, false));
        assert_eq!(heard(&two, 1, Some(60)), (2, false));
        assert_eq!(heard(&one, 2, None), (2, true));
        assert_eq!(heard(&other, 2, None), (1, false));
        assert_eq!(heard(&one, 20, None), (1, false));
    }
}
