//! `doctor`: whether everything that cardex stands on is in order, as findings. Nothing is changed, and nothing
//! is sent but what `accounts check` sends. How findings are printed is `cli::doctor`'s.

use std::path::Path;

use serde::Serialize;

use crate::app::session::Session;
use crate::app::setup::Setup;
use crate::config::{Account, DEMO, place};
use crate::domain::{AccountName, Trouble};
use crate::provider;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// In order.
    Good,
    /// Works, and is worth knowing or probably not meant.
    Doubt,
    /// Does not work.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it is.
    pub level: Level,
    /// What was looked at: `configuration`, `database`, `account support` …
    pub about: String,
    /// What was found, a sentence.
    pub said: String,
    /// What can be done, where there is something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Finding {
    fn new(level: Level, about: &str, said: impl Into<String>) -> Self {
        Self {
            level,
            about: about.to_string(),
            said: said.into(),
            hint: None,
        }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    fn of(about: &str, trouble: &Trouble) -> Self {
        Self {
            hint: trouble.hint.clone(),
            ..Self::new(Level::Wrong, about, trouble.message.clone())
        }
    }
}

/// What stands on this machine: configuration, database, terminal.
pub async fn machine(setup: &Setup) -> Vec<Finding> {
    let mut found = configuration(setup);
    found.extend(database(setup).await);
    found.extend(surroundings());
    found
}

fn configuration(setup: &Setup) -> Vec<Finding> {
    let about = "configuration";
    let config = &setup.config;
    let mut found = Vec::new();
    match &config.file {
        Some(file) => {
            let count = config.accounts.len();
            let s = if count == 1 { "" } else { "s" };
            let said = format!("{}: {count} account{s}", file.display());
            found.push(Finding::new(Level::Good, about, said));
        }
        None => {
            let path =
                place::config_file().map_or_else(|_| String::new(), |p| p.display().to_string());
            let said = format!("there is no file at {path}; the demo account is opened");
            found.push(
                Finding::new(Level::Doubt, about, said)
                    .hint("the README has examples; --config FILE names another place"),
            );
        }
    }
    let warnings = config.warnings.iter();
    found.extend(warnings.map(|w| Finding::new(Level::Doubt, about, w.clone())));
    if let Err(trouble) = config.choose(None)
        && config.accounts.len() > 1
        && config.default_account.is_none()
    {
        found.push(Finding {
            level: Level::Doubt,
            ..Finding::of(about, &trouble)
        });
    }
    found
}

async fn database(setup: &Setup) -> Vec<Finding> {
    let about = "database";
    let path = setup.database();
    if !path.exists() {
        let said = format!(
            "{} is not there yet; it is made at first use",
            path.display()
        );
        return vec![Finding::new(Level::Good, about, said)];
    }
    let store = match setup.store() {
        Ok(store) => store,
        Err(trouble) => return vec![Finding::of(about, &trouble)],
    };
    let mut found = Vec::new();
    match store.check().await {
        Ok(faults) if faults.is_empty() => {
            let size = std::fs::metadata(&path).map_or(0, |m| m.len());
            let said = format!("{}: sound, {}", path.display(), bytes(size));
            found.push(Finding::new(Level::Good, about, said));
        }
        Ok(faults) => {
            let said = format!("{}: damaged: {}", path.display(), faults.join("; "));
            let hint = "keep a copy of the file; copies of vendors' contacts come back when the file is moved \
                        away, contacts of local accounts and drafts do not";
            found.push(Finding::new(Level::Wrong, about, said).hint(hint));
        }
        Err(error) => found.push(Finding::new(Level::Wrong, about, error.to_string())),
    }
    if let Some(said) = open_to_others(&path) {
        let hint = format!("it holds personal data: chmod 600 {}", path.display());
        found.push(Finding::new(Level::Doubt, about, said).hint(hint));
    }
    found
}

/// Whether others on this machine may read a file.
#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| format!("{} can be read by others (mode {mode:o})", path.display()))
}

#[cfg(not(unix))]
fn open_to_others(_path: &Path) -> Option<String> {
    None
}

fn bytes(size: u64) -> String {
    match size {
        0..1_000_000 => format!("{} kB", size.div_ceil(1000)),
        _ => format!("{:.1} MB", size as f64 / 1e6),
    }
}

fn surroundings() -> Vec<Finding> {
    let about = "terminal";
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let mut found = Vec::new();
    let term = variable("TERM");
    found.push(match term.as_str() {
        "" | "dumb" => {
            let said =
                format!("TERM is {term:?}: the screen needs a terminal that can be drawn on");
            Finding::new(Level::Doubt, about, said).hint("the headless commands work all the same")
        }
        term => Finding::new(Level::Good, about, format!("TERM is {term}")),
    });
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable);
    let locale = locale.into_iter().find(|l| !l.is_empty());
    let utf8 = locale.as_ref().is_some_and(|l| {
        let l = l.to_ascii_lowercase();
        l.contains("utf-8") || l.contains("utf8")
    });
    if !utf8 {
        let locale = locale.unwrap_or_else(|| "not set".into());
        let said = format!("the locale is {locale}: names in other scripts may not be drawn");
        found.push(Finding::new(Level::Doubt, about, said).hint("for example LANG=C.UTF-8"));
    }
    if variable("VISUAL").is_empty() && variable("EDITOR").is_empty() {
        let said = "neither VISUAL nor EDITOR is set: Ctrl-o in a form has no editor to open";
        found.push(Finding::new(Level::Doubt, about, said));
    }
    found
}

/// Every configured account: its mistakes, its doubtful settings, and, unless `offline`, what its server says.
pub async fn accounts(setup: &Setup, offline: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in setup.config.names() {
        let name = AccountName::new(name);
        let about = format!("account {name}");
        match setup.config.account(&name) {
            Err(trouble) => found.push(Finding::of(&about, &trouble)),
            // The demo store that nobody asked for is made when it is opened.
            Ok(_) if name.as_str() == DEMO && !setup.config.accounts.contains_key(&name) => {}
            Ok(account) => found.extend(self::account(setup, account, offline, &about).await),
        }
    }
    found
}

async fn account(setup: &Setup, account: Account, offline: bool, about: &str) -> Vec<Finding> {
    let doubts = account.doubts().into_iter();
    let mut found: Vec<Finding> = doubts
        .map(|said| Finding::new(Level::Doubt, about, said))
        .collect();
    if offline {
        let title = provider::facts(account.provider).title;
        let said = format!("{title} {}", account.host());
        let said = format!("{}: not asked (--offline)", said.trim_end());
        found.push(Finding::new(Level::Good, about, said));
        return found;
    }
    // Opening waits for the database.
    let session = match tokio::task::block_in_place(|| setup.open(account)) {
        Ok(session) => session,
        Err(trouble) => {
            found.push(Finding::of(about, &trouble));
            return found;
        }
    };
    found.extend(server(&session, about).await);
    found
}

/// What an account's server says.
async fn server(session: &Session, about: &str) -> Vec<Finding> {
    match session.about().await {
        Err(trouble) => vec![Finding::of(about, &trouble)],
        Ok(answer) => {
            let told = answer.told.into_iter();
            let told = told.map(|said| Finding::new(Level::Good, about, said));
            let refused = answer.refused.iter().map(|trouble| Finding {
                level: Level::Doubt,
                ..Finding::of(about, trouble)
            });
            told.chain(refused).collect()
        }
    }
}
