//! The configuration: accounts, the default one, keys. Read from TOML; every mistake is named with its
//! line. Secrets are not read here, only where they come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::age::Age;
use crate::domain::{AccountName, ProviderId, Trouble, TroubleKind};
use crate::provider::TagsMode;

pub mod account;
mod credentials;
mod doubts;
pub mod place;
mod section;

pub use account::Account;

/// The name of the account that exists without any configuration.
pub const DEMO: &str = "demo";

/// What the configuration says.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where it was read from; `None` without a file.
    pub file: Option<PathBuf>,
    /// The account to open when none is named.
    pub default_account: Option<AccountName>,
    /// The accounts by name; a wrong one holds its mistakes, so that the others stay usable.
    pub accounts: BTreeMap<AccountName, Result<Account, Vec<String>>>,
    /// Key bindings by action name.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Dark or light background; `None`: ask the terminal.
    pub dark: Option<bool>,
    /// How long runs are kept with what they hold of people; `None`: until they are forgotten by hand.
    pub keep_runs: Option<Age>,
    /// Things that are ignored, with line and nearest name.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads a file. A missing file is an empty configuration unless `must_exist`.
    ///
    /// # Errors
    /// When the file can not be read, is not TOML, or has mistakes outside accounts.
    pub fn read(path: &Path, must_exist: bool) -> Result<Self, Trouble> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && !must_exist => {
                return Ok(Self::default());
            }
            Err(e) => {
                let why = e.to_string();
                let why = why.split(" (os error").next().unwrap_or_default();
                let (why, hint) = match e.kind() {
                    std::io::ErrorKind::InvalidData => {
                        ("it is not text in UTF-8", "save it again as UTF-8")
                    }
                    _ => (
                        why,
                        "check the path given with --config or CARDEX_CONFIG, and its permissions",
                    ),
                };
                let message = format!("reading the configuration {}: {why}", path.display());
                return Err(invalid(message).with_hint(hint));
            }
        };
        let mut config = Self::parse(&text).map_err(|t| Trouble {
            message: format!("in the configuration {}: {}", path.display(), t.message),
            ..t
        })?;
        config.file = Some(path.to_path_buf());
        Ok(config)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// When it is not TOML, or has mistakes outside accounts.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let table = toml::de::DeTable::parse(text).map_err(|e| {
            let line = e.span().map_or(0, |s| section::line_of(text, s.start));
            invalid(format!("line {line}: {}", e.message().trim())).with_hint(
                "correct that line; values need quotes, tables look like [accounts.NAME]",
            )
        })?;
        let mut config = Self::default();
        let mut root = section::Section::new(text, "", 1, table.get_ref());
        config.default_account = root.text("default_account").map(AccountName::new);
        config.dark = match root.text("theme").as_deref() {
            None | Some("auto") => None,
            Some("dark") => Some(true),
            Some("light") => Some(false),
            Some(other) => {
                root.mistake("theme", &format!("{other:?} is not auto, dark or light"));
                None
            }
        };
        if let Some(text) = root.text("keep_runs") {
            match Age::parse(&text) {
                Ok(age) => config.keep_runs = Some(age),
                Err(message) => root.mistake("keep_runs", &message),
            }
        }
        if let Some(mut keys) = root.table("keys") {
            for action in keys.names() {
                if let Some(list) = keys.texts(&action) {
                    config.keys.insert(action, list);
                }
            }
            root.absorb(keys);
        }
        if let Some(mut accounts) = root.table("accounts") {
            for name in accounts.names() {
                let Some(section) = accounts.table(&name) else {
                    continue;
                };
                let name = AccountName::new(name);
                let (account, warnings) = Account::read(&name, section);
                config.warnings.extend(warnings);
                config.accounts.insert(name, account);
            }
            root.absorb(accounts);
        }
        let (mistakes, warnings) = root.finish();
        config.warnings.extend(warnings);
        if let Some(first) = mistakes.first() {
            let more = mistakes.len() - 1;
            let tail = if more > 0 {
                format!(" (and {more} more)")
            } else {
                String::new()
            };
            return Err(invalid(format!("{first}{tail}")));
        }
        Ok(config)
    }

    /// The account to work on: the one asked for, else the default, else the only one, else `demo`.
    ///
    /// # Errors
    /// When there is no such account, it is configured wrongly, or it is not clear which one.
    pub fn choose(&self, asked: Option<&str>) -> Result<Account, Trouble> {
        if let Some(name) = asked {
            return self.account(&AccountName::new(name));
        }
        if let Some(name) = &self.default_account {
            return self.account(name).map_err(|trouble| Trouble {
                message: format!("default_account: {}", trouble.message),
                ..trouble
            });
        }
        let mut names = self.accounts.keys();
        match (names.next(), names.next()) {
            (None, _) => Ok(Account::demo()),
            (Some(only), None) => self.account(only),
            (Some(_), Some(_)) => Err(invalid(format!(
                "several accounts are configured ({}) and none is the default",
                self.names().join(", ")
            ))
            .with_hint("name one with --account NAME, or set default_account")),
        }
    }

    /// Whether `demo` stands in for the accounts of a file that was read and names none.
    pub fn stands_in(&self, asked: Option<&str>) -> bool {
        self.file.is_some()
            && self.accounts.is_empty()
            && asked.is_none()
            && self.default_account.is_none()
    }

    /// The account of that name.
    ///
    /// # Errors
    /// When there is none, or it is configured wrongly.
    pub fn account(&self, name: &AccountName) -> Result<Account, Trouble> {
        match self.accounts.get(name) {
            Some(Ok(account)) => Ok(account.clone()),
            Some(Err(mistakes)) => Err(invalid(format!(
                "the account {name} is configured wrongly: {}",
                mistakes.join("; ")
            ))
            .with_hint(match &self.file {
                Some(file) => format!("correct it in {}", file.display()),
                None => "correct the configuration".into(),
            })),
            None if name.as_str() == DEMO => Ok(Account::demo()),
            None => Err(invalid(format!("there is no account {:?}", name.as_str()))
                .with_hint(format!("the accounts are: {}", self.names().join(", ")))),
        }
    }

    /// Every account's name, `demo` included.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.accounts.keys().map(ToString::to_string).collect();
        if !names.iter().any(|n| n == DEMO) {
            names.push(DEMO.into());
        }
        names
    }
}

impl Account {
    /// The built-in local store with sample contacts.
    pub fn demo() -> Self {
        Self::local(AccountName::new(DEMO))
    }

    /// A local account without settings.
    pub fn local(name: AccountName) -> Self {
        Self {
            name,
            provider: ProviderId::Local,
            base_url: String::new(),
            account_id: None,
            token: None,
            auth_header: None,
            client_id: None,
            inbox_identifier: None,
            hmac_token: None,
            read_only: false,
            per_minute: None,
            bulk_share: None,
            concurrency: None,
            timeout: None,
            email_attribute: None,
            tags_attribute: None,
            tags_mode: TagsMode::Replace,
            default_region: None,
            mirror: true,
        }
    }
}

fn invalid(message: String) -> Trouble {
    Trouble::new(TroubleKind::Invalid, message)
}

#[cfg(test)]
mod tests;
