//! One configured account: provider, address, where the token comes from, settings.

use std::time::Duration;

use url::Url;

use super::credentials;
use super::section::Section;
use crate::domain::{AccountName, ProviderId, phone};
use crate::provider::{self, Context, TagsMode};
use crate::secret::{Configured, TokenSource};

/// An account that can be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Its name.
    pub name: AccountName,
    /// Its provider.
    pub provider: ProviderId,
    /// Scheme, host and path prefix without a trailing slash; empty for local accounts.
    pub base_url: String,
    /// Chatwoot's account number.
    pub account_id: Option<u64>,
    /// Where the token comes from; `None` for local accounts, and where `client_id` is all there is.
    pub token: Option<TokenSource>,
    /// The header that carries the token, lower case, where it is not the provider's usual one.
    pub auth_header: Option<String>,
    /// RevyOps: where the secret `client_id` comes from, a parameter of every address.
    pub client_id: Option<TokenSource>,
    /// Chatwoot's public API: the secret name of the inbox.
    pub inbox_identifier: Option<Configured>,
    /// Chatwoot's public API: where the key of identity hashes comes from.
    pub hmac_token: Option<TokenSource>,
    /// Nothing may be written.
    pub read_only: bool,
    /// Requests a minute, where configured; 0 for `rate = "unknown"`, which learns the limit from refusals.
    pub per_minute: Option<u32>,
    /// Percent of the limit that bulk work and page loads may use, where configured: `bulk_share = 0.5`, from 0.05
    /// to 1.0. Without it a configured rate is used whole, and of a limit that others share, half.
    pub bulk_share: Option<u8>,
    /// Requests of bulk work that may be under way at once, where configured: `concurrency = 4`, from 1 to 64.
    pub concurrency: Option<u32>,
    /// How long one request may take, where configured: `timeout = "30s"`, from 1s to 600s.
    pub timeout: Option<Duration>,
    /// Pabbly: the attribute that holds the e-mail address.
    pub email_attribute: Option<String>,
    /// OpenCX, RevyOps: the attribute that holds the tags.
    pub tags_attribute: Option<String>,
    /// Pabbly: how changes of tags are sent.
    pub tags_mode: TagsMode,
    /// Two-letter region for the repair of phone numbers.
    pub default_region: Option<String>,
    /// Keep a copy of listed contacts on disk.
    pub mirror: bool,
}

impl Account {
    /// Reads one `[accounts.NAME]`. Returns the account or its mistakes, and warnings.
    pub(super) fn read(
        name: &AccountName,
        mut section: Section<'_>,
    ) -> (Result<Self, Vec<String>>, Vec<String>) {
        let provider = read_provider(&mut section);
        let signs_in = credentials::read(name, &mut section, provider);
        let mut account = Self {
            provider: provider.unwrap_or(ProviderId::Local),
            read_only: section.boolean("read_only").unwrap_or(false),
            per_minute: read_rate(&mut section),
            bulk_share: read_share(&mut section),
            concurrency: read_concurrency(&mut section),
            timeout: read_timeout(&mut section),
            email_attribute: section.text("email_attribute"),
            tags_attribute: section.text("tags_attribute"),
            tags_mode: read_tags_mode(&mut section, provider),
            default_region: read_region(&mut section),
            mirror: section.boolean("mirror").unwrap_or(true),
            account_id: section.number("account_id"),
            token: signs_in.token,
            auth_header: signs_in.header,
            client_id: signs_in.client_id,
            inbox_identifier: signs_in.inbox_identifier,
            hmac_token: signs_in.hmac_token,
            ..Self::local(name.clone())
        };
        if let Some(provider) = provider
            && provider != ProviderId::Local
        {
            account.base_url = read_base_url(&mut section, provider);
            if provider == ProviderId::Chatwoot && !section.has("account_id") {
                section.missing(
                    "account_id",
                    "the number after /accounts/ in the dashboard's address, such as account_id = 1",
                );
            }
        } else if section.has("base_url") {
            section.text("base_url");
            section.ignored("base_url", "a local account has no address");
        }
        if provider != Some(ProviderId::Chatwoot) && account.account_id.is_some() {
            section.ignored("account_id", "only Chatwoot accounts have one");
        }
        if provider != Some(ProviderId::Pabbly) && account.email_attribute.is_some() {
            section.ignored("email_attribute", "only Pabbly lacks a field for e-mail");
            account.email_attribute = None;
        }
        let bare = matches!(provider, Some(ProviderId::OpenCx | ProviderId::RevyOps));
        if !bare && account.tags_attribute.is_some() {
            let why = "this provider has tags; only OpenCX and RevyOps keep them in an attribute";
            section.ignored("tags_attribute", why);
            account.tags_attribute = None;
        }
        let (mistakes, warnings) = section.finish();
        (
            if mistakes.is_empty() {
                Ok(account)
            } else {
                Err(mistakes)
            },
            warnings,
        )
    }

    /// What codecs need to know of it.
    pub fn context(&self) -> Context {
        Context {
            account: self.name.clone(),
            base_url: self.base_url.clone(),
            account_id: self.account_id,
            email_attribute: self.email_attribute.clone(),
            tags_attribute: self.tags_attribute.clone(),
            tags_mode: self.tags_mode,
            identity_hash: self.hmac_token.is_some(),
            read_only: self.read_only,
        }
    }

    /// Scheme and host, for showing.
    pub fn host(&self) -> String {
        Url::parse(&self.base_url)
            .ok()
            .map(|u| match (u.host_str(), u.port()) {
                (Some(host), Some(port)) => format!("{}://{host}:{port}", u.scheme()),
                (Some(host), None) => format!("{}://{host}", u.scheme()),
                (None, _) => String::new(),
            })
            .unwrap_or_default()
    }
}

fn read_provider(section: &mut Section<'_>) -> Option<ProviderId> {
    let names = ProviderId::ALL.map(ProviderId::as_str).join(", ");
    let Some(text) = section.text("provider") else {
        if !section.has("provider") {
            section.missing("provider", &format!("one of {names}"));
        }
        return None;
    };
    let provider = ProviderId::parse(&text);
    if provider.is_none() {
        section.mistake(
            "provider",
            &format!("{text:?} is not a provider; use one of {names}"),
        );
    }
    provider
}

fn read_tags_mode(section: &mut Section<'_>, provider: Option<ProviderId>) -> TagsMode {
    let Some(text) = section.text("tags_mode") else {
        return TagsMode::default();
    };
    if provider != Some(ProviderId::Pabbly) {
        section.ignored("tags_mode", "only Pabbly has more than one way");
        return TagsMode::default();
    }
    TagsMode::parse(&text).unwrap_or_else(|| {
        let names = TagsMode::ALL.map(TagsMode::as_str).join(", ");
        section.mistake(
            "tags_mode",
            &format!("{text:?} is not a mode; use one of {names}"),
        );
        TagsMode::default()
    })
}

fn read_rate(section: &mut Section<'_>) -> Option<u32> {
    let text = section.text("rate")?;
    if text == "unknown" {
        return Some(0);
    }
    let number = text
        .strip_suffix("/min")
        .and_then(|n| n.trim().parse::<u32>().ok());
    let number = number.filter(|n| (1..=60_000).contains(n));
    if number.is_none() {
        section.mistake(
            "rate",
            &format!("{text:?} must look like \"60/min\", from 1 to 60000, or be \"unknown\""),
        );
    }
    number
}

fn read_share(section: &mut Section<'_>) -> Option<u8> {
    let share = section.fraction("bulk_share")?;
    let percent = (1..=100).find(|p| (f64::from(*p) / 100.0 - share).abs() <= 0.005);
    let percent = percent.filter(|p| (5..=100).contains(p) && (0.05..=1.0).contains(&share));
    if percent.is_none() {
        section.mistake(
            "bulk_share",
            &format!("{share} is not a share; write 0.5 for half of the limit, from 0.05 to 1.0"),
        );
    }
    percent
}

fn read_concurrency(section: &mut Section<'_>) -> Option<u32> {
    let calls = section.number("concurrency")?;
    let fits = u32::try_from(calls).ok().filter(|n| (1..=64).contains(n));
    if fits.is_none() {
        section.mistake(
            "concurrency",
            &format!("{calls} is not from 1 to 64, the requests that may be under way at once"),
        );
    }
    fits
}

fn read_timeout(section: &mut Section<'_>) -> Option<Duration> {
    let text = section.text("timeout")?;
    let seconds = text
        .strip_suffix('s')
        .and_then(|n| n.trim().parse::<u64>().ok())
        .filter(|n| (1..=600).contains(n));
    if seconds.is_none() {
        section.mistake(
            "timeout",
            &format!("{text:?} must look like \"30s\", from 1s to 600s"),
        );
    }
    seconds.map(Duration::from_secs)
}

fn read_region(section: &mut Section<'_>) -> Option<String> {
    let text = section.text("default_region")?;
    let region = text.to_ascii_uppercase();
    if phone::calling_code(&region).is_none() {
        let what = format!("{text:?} is not a region; write two letters, such as \"DE\"");
        section.mistake("default_region", &what);
        return None;
    }
    Some(region)
}

fn read_base_url(section: &mut Section<'_>, provider: ProviderId) -> String {
    let default = provider::facts(provider).default_base_url;
    let Some(text) = section
        .text("base_url")
        .or_else(|| default.map(String::from))
    else {
        if !section.has("base_url") {
            section.missing("base_url", &no_address(provider));
        }
        return String::new();
    };
    let mistake = match Url::parse(&text) {
        Err(e) => Some(format!("{text:?} is not an address: {e}")),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Some("a user name or password in the address is not accepted; use token".into())
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            Some("leave out everything from ? or # on".into())
        }
        Ok(url) if url.scheme() == "http" && !is_loopback(&url) => {
            Some("plain http would show the token to the network; use https".into())
        }
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            Some(format!("{text:?} must begin with https://"))
        }
        Ok(_) => None,
    };
    if let Some(mistake) = mistake {
        section.mistake("base_url", &mistake);
    }
    text.trim_end_matches('/').to_string()
}

/// What a missing address could be.
fn no_address(provider: ProviderId) -> String {
    let known: Vec<String> = provider::addresses(provider)
        .iter()
        .map(|a| format!("{a:?}"))
        .collect();
    if known.is_empty() {
        return "the address of the server, such as \"https://…\"".into();
    }
    format!(
        "{}: sources disagree, and only one of them answers your account",
        known.join(" or ")
    )
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
