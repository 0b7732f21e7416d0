//! Where an account's secrets come from: the token, the header that carries it, RevyOps' `client_id`, and the
//! secret name and key of an inbox of Chatwoot's public API.
//! The secrets themselves are read when the account is opened, by `app`.

use super::section::Section;
use crate::domain::{AccountName, ProviderId};
use crate::secret::{Configured, Secret, TokenSource};

/// The forms of a secret's source, that of the key store aside.
const SOURCES: &str =
    "{ env = \"NAME\" }, { command = [\"pass\", \"show\", \"x\"] } or { file = \"…\" }";

/// Headers that mean something else on every request.
const TAKEN: [&str; 8] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
];

/// What an account signs in with.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Credentials {
    /// Where the token comes from.
    pub(super) token: Option<TokenSource>,
    /// The header that carries it, lower case, where it is not the provider's usual one.
    pub(super) header: Option<String>,
    /// RevyOps: where the `client_id` comes from.
    pub(super) client_id: Option<TokenSource>,
    /// Chatwoot's public API: the secret name of the inbox.
    pub(super) inbox_identifier: Option<Configured>,
    /// Chatwoot's public API: where the key of identity hashes comes from.
    pub(super) hmac_token: Option<TokenSource>,
}

/// Reads them, and notes what is missing for a provider that has to be signed in to.
pub(super) fn read(
    name: &AccountName,
    section: &mut Section<'_>,
    provider: Option<ProviderId>,
) -> Credentials {
    let mut found = Credentials {
        token: source(section, "token", Some(name)),
        ..Credentials::default()
    };
    if provider == Some(ProviderId::RevyOps) {
        read_auth(name, section, &mut found);
        found.client_id = source(section, "client_id", None).or(found.client_id);
    } else {
        for key in ["auth", "client_id"] {
            if section.has(key) {
                section.ignored(key, "only RevyOps is signed in to with it; use token");
                section.know(key);
            }
        }
    }
    if provider == Some(ProviderId::ChatwootPublic) {
        read_inbox(section, &mut found);
    } else {
        for key in ["inbox_identifier", "hmac_token"] {
            if section.has(key) {
                section.ignored(key, "only chatwoot-public accounts have one");
                section.know(key);
            }
        }
    }
    match provider {
        None | Some(ProviderId::Local | ProviderId::ChatwootPublic) => {}
        Some(ProviderId::RevyOps) => {
            if !["token", "auth", "client_id"]
                .iter()
                .any(|k| section.has(k))
            {
                section.missing(
                    "auth",
                    "for example auth = { header = \"x-api-key\", token = { env = \"REVYOPS_KEY\" } }; \
                     also client_id = { env = \"REVYOPS_CLIENT_ID\" }, in its place or beside it",
                );
            }
        }
        Some(_) if section.has("token") => {}
        Some(_) => section.missing(
            "token",
            "for example token = { env = \"CARDEX_TOKEN\" }; also command, keyring, file",
        ),
    }
    found
}

/// `inbox_identifier = "…"`, or where it comes from, and `hmac_token = { … }`. There is no token.
fn read_inbox(section: &mut Section<'_>, found: &mut Credentials) {
    if section.has("token") {
        section.ignored(
            "token",
            "nobody signs in to this API; the inbox_identifier is the secret",
        );
        found.token = None;
    }
    found.hmac_token = source(section, "hmac_token", None);
    let key = "inbox_identifier";
    if !section.has(key) {
        let what = "of the API inbox, from its settings in Chatwoot: inbox_identifier = \"…\", or \
                    inbox_identifier = { env = \"CHATWOOT_INBOX\" }";
        section.missing(key, what);
    } else if section.is_table(key) {
        found.inbox_identifier = source(section, key, None).map(Configured::From);
    } else if let Some(text) = section.text(key) {
        match Secret::new(&text) {
            Ok(secret) => found.inbox_identifier = Some(Configured::Written(secret)),
            Err(why) => section.mistake(key, &format!("{why}; copy it from the inbox's settings")),
        }
    }
}

/// `auth = { header = "x-api-key", token = { … }, client_id = { … } }`.
fn read_auth(name: &AccountName, section: &mut Section<'_>, found: &mut Credentials) {
    if !section.has("auth") {
        return;
    }
    let Some(mut auth) = section.table("auth") else {
        return;
    };
    let there = ["token", "client_id"].map(|key| auth.has(key));
    let token = source(&mut auth, "token", Some(name));
    found.client_id = source(&mut auth, "client_id", None);
    found.header = auth.text("header").map(|text| text.to_ascii_lowercase());
    if let Some(header) = &found.header
        && let Some(wrong) = no_header(header)
    {
        auth.mistake("header", &wrong);
    }
    section.absorb(auth);
    let beside = ["token", "client_id"].iter().any(|key| section.has(key));
    if there == [false, false] && !beside {
        let what = "names neither token nor client_id; one of them is needed here";
        section.mistake("auth", what);
    }
    for (key, twice) in ["token", "client_id"].into_iter().zip(there) {
        if twice && section.has(key) {
            section.mistake(key, &format!("stands in auth as well; keep one {key}"));
        }
    }
    found.token = token.or(found.token.take());
}

/// What is wrong with the name of a header that is to carry the token.
fn no_header(name: &str) -> Option<String> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    if name.is_empty() || !name.bytes().all(token) {
        return Some(format!(
            "{name:?} is no name of a header; write letters, digits and -, such as \"x-api-key\""
        ));
    }
    let taken = TAKEN.contains(&name);
    taken.then(|| format!("{name} means something else on every request"))
}

/// Where the secret under `key` comes from. `keyring`: the account whose entry of the key store it is, where
/// it may be there; the key store holds one secret an account.
pub(super) fn source(
    section: &mut Section<'_>,
    key: &str,
    keyring: Option<&AccountName>,
) -> Option<TokenSource> {
    if !section.has(key) {
        return None;
    }
    let forms = match keyring {
        Some(_) => format!("{{ keyring = true }}, {SOURCES}"),
        None => SOURCES.to_string(),
    };
    if !section.is_table(key) {
        let what = format!("must say where the {key} comes from: {forms}");
        section.mistake(key, &what);
        return None;
    }
    let mut table = section.table(key)?;
    let mut sources = Vec::new();
    if let Some(variable) = table.text("env") {
        sources.push(TokenSource::Env(variable));
    }
    if let Some(argv) = table.texts("command") {
        sources.push(TokenSource::Command(argv));
    }
    if table.boolean("keyring") == Some(true) {
        match keyring {
            Some(name) => sources.push(TokenSource::Keyring {
                service: crate::secret::keyring::SERVICE.into(),
                account: name.to_string(),
            }),
            None => {
                let what = "the key store holds one secret an account, its token";
                table.mistake("keyring", what);
                section.absorb(table);
                return None;
            }
        }
    }
    if let Some(path) = table.text("file") {
        sources.push(TokenSource::File(super::place::expand_home(&path)));
    }
    section.absorb(table);
    if sources.len() != 1 {
        section.mistake(key, &format!("name exactly one source: {forms}"));
        return None;
    }
    sources.pop()
}
