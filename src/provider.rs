//! What a provider is to the rest of cardex: facts, a field table, and a pure codec that turns
//! intentions into request values and response values into contacts.
//!
//! Codecs never wait, never connect, never see a secret, and never import each other. Adding a
//! provider is one folder, one [`ProviderId`] variant and one match arm in [`codec`]. The local store
//! has facts and a table like everybody else, but no codec: `app` executes it on SQLite.

use serde_json::Value;

use crate::domain::{
    AccountName, Contact, ContactId, FieldKey, FieldTable, Filter, Patch, ProviderId, TagSet,
};
use crate::http::{HttpRequest, HttpResponse, Verdict};

mod asked;
pub mod chatwoot;
pub mod chatwoot_public;
pub mod local;
pub mod opencx;
pub mod pabbly;
pub mod revyops;
pub mod taxonomy;

pub use asked::{
    Call, Cursor, DecodeError, Lookup, Narrowed, Page, Purpose, Reading, Reply, Target, Unsupported,
};

/// What is configured for an account, as far as codecs need it. No secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The account's name, put into every contact.
    pub account: AccountName,
    /// Scheme, host and path prefix, without a trailing slash.
    pub base_url: String,
    /// Chatwoot's account number.
    pub account_id: Option<u64>,
    /// Pabbly: the attribute that holds the e-mail address.
    pub email_attribute: Option<String>,
    /// OpenCX, RevyOps: the attribute that holds the tags, separated by commas.
    pub tags_attribute: Option<String>,
    /// Pabbly: how changes of tags are sent.
    pub tags_mode: TagsMode,
    /// Chatwoot's public API: whether requests carry an identity hash.
    pub identity_hash: bool,
    /// Nothing may be written, not even by a request that changes nothing.
    pub read_only: bool,
}

/// How changes of tags are sent where an API knows several ways, by the names of the setting `tags_mode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TagsMode {
    /// The whole set, merged with what was read right before: what a colleague adds between is lost.
    #[default]
    Replace,
    /// What to add and what to remove, each as a list.
    DeltaArray,
    /// The same as texts with commas between the names.
    DeltaText,
}

impl TagsMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Replace, Self::DeltaArray, Self::DeltaText];

    /// The name in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::DeltaArray => "delta-array",
            Self::DeltaText => "delta-text",
        }
    }

    /// The mode of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.as_str() == text)
    }
}

/// How an API is signed in to. The secret itself is added by `transport`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthScheme {
    /// Header name, lower case.
    pub header: &'static str,
    /// What stands before the token, such as `Bearer `.
    pub prefix: &'static str,
}

/// The pace that the vendor's facts suggest to start with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceFacts {
    /// Requests a minute to start with.
    pub per_minute: u32,
    /// Requests a minute that are never passed, from what the vendor tells; 0 where it tells nothing. What is
    /// between the two is learned from 429s.
    pub ceiling: u32,
    /// Requests that may go out at once after a rest.
    pub burst: u32,
    /// Requests in flight at most.
    pub concurrency: u32,
    /// Whether others use the limit up as well, such as everybody with the same key or behind the same address:
    /// then bulk work leaves a part to them.
    pub shared: bool,
}

/// What holds for a provider whatever the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Which provider.
    pub id: ProviderId,
    /// What a person calls it.
    pub title: &'static str,
    /// The vendor's address where none is configured; `None`: must be configured or has none.
    pub default_base_url: Option<&'static str>,
    /// Contacts on a full page.
    pub page_size: usize,
    /// How to sign in with a token; `None` for the local store, and where an address is the secret.
    pub auth: Option<AuthScheme>,
    /// The pace to start with.
    pub pace: PaceFacts,
    /// Whether a listed contact comes with its tags.
    pub tags_in_list: bool,
    /// Whether pages of the list are counted from its start, so that whoever is deleted moves those behind up, and
    /// between two pages somebody may be passed over.
    pub numbered_pages: bool,
    /// Whether `account_id` must be configured.
    pub needs_account_id: bool,
    /// Where the vendor documents the API.
    pub docs: &'static str,
}

/// A provider's API as pure functions over values.
pub trait Codec: Sync {
    /// What holds whatever the account.
    fn facts(&self) -> &'static Facts;

    /// Addresses at which the API is said to answer, where sources disagree and none can be taken for granted.
    fn addresses(&self) -> &'static [&'static str] {
        &[]
    }

    /// What can be stored, under this account's settings.
    fn table(&self, context: &Context) -> FieldTable;

    /// The request for a page: the first of the whole list without a cursor. A cursor that came with a page, a
    /// [`Lookup`] or a [`Narrowed`] leads on in the same list.
    fn page(&self, context: &Context, cursor: Option<&Cursor>) -> Call;

    /// How one contact is read whole.
    ///
    /// # Errors
    /// When the id does not have the provider's shape; no path is built from it.
    fn read(&self, context: &Context, target: Target<'_>) -> Result<Reading, Unsupported>;

    /// The call that tells as much of one contact as a list shows, where the API has no list and contacts are
    /// known by their ids alone; `None` where it has one.
    ///
    /// # Errors
    /// When the id does not have the provider's shape; no path is built from it.
    fn glance(&self, _context: &Context, _target: Target<'_>) -> Option<Result<Call, Unsupported>> {
        None
    }

    /// How the provider itself looks for what a filter asks; `None` where it can not. What comes is filtered
    /// again by cardex.
    fn narrow(&self, _context: &Context, _filter: &Filter) -> Option<Narrowed> {
        None
    }

    /// How the contacts that have this value of a field are found, as exactly as the API can; `None` where it
    /// can not. What comes is compared again by cardex.
    fn holders(&self, _context: &Context, _key: FieldKey, _value: &str) -> Option<Cursor> {
        None
    }

    /// The requests that carry out `patch` on `fresh` (the contact as just read), in order. Tags that
    /// the API can only replace are merged with those of `fresh`. An empty list means that nothing
    /// needs to be sent.
    ///
    /// # Errors
    /// Names every part that this provider can not store.
    fn update(
        &self,
        context: &Context,
        fresh: &Contact,
        patch: &Patch,
    ) -> Result<Vec<Call>, Unsupported>;

    /// The request for the attribute definitions, where the API has them.
    fn definitions(&self, context: &Context) -> Option<Call>;

    /// The request for the catalogue of tags, where the API has one.
    fn catalogue(&self, context: &Context) -> Option<Call>;

    /// The request for a page of contacts that carry `tag`, where the list itself does not tell tags.
    fn tagged(&self, context: &Context, tag: &str, cursor: Option<&Cursor>) -> Option<Call>;

    /// The requests that tell who is signed in and what answers, for `accounts check`.
    fn about(&self, context: &Context) -> Vec<Call>;

    /// What an answer means; see [`taxonomy`].
    fn judge(&self, request: &HttpRequest, response: &HttpResponse) -> Verdict {
        taxonomy::judge(self.facts().id, request, response)
    }

    /// Reads an answer that [`Codec::judge`] called [`Verdict::Ok`]; of [`Verdict::Empty`] the status is a
    /// failure's, and the body says nothing.
    ///
    /// # Errors
    /// When the body does not have the shape that the call's purpose asks for.
    fn decode(
        &self,
        context: &Context,
        call: &Call,
        response: &HttpResponse,
    ) -> Result<Reply, DecodeError>;

    /// Where a person sees this contact in the vendor's own web page, if there is such an address.
    fn web_page(&self, context: &Context, id: &ContactId) -> Option<String>;
}

/// The facts of a provider.
pub fn facts(id: ProviderId) -> &'static Facts {
    codec(id).map_or(&local::FACTS, Codec::facts)
}

/// Addresses at which a provider's API is said to answer; see [`Codec::addresses`].
pub fn addresses(id: ProviderId) -> &'static [&'static str] {
    codec(id).map_or(&[], Codec::addresses)
}

/// What can be stored at a provider, under an account's settings.
pub fn table(id: ProviderId, context: &Context) -> FieldTable {
    codec(id).map_or_else(local::table, |c| c.table(context))
}

/// The codec of a provider; `None` for the local store.
pub fn codec(id: ProviderId) -> Option<&'static dyn Codec> {
    match id {
        ProviderId::Chatwoot => Some(&chatwoot::Chatwoot),
        ProviderId::ChatwootPublic => Some(&chatwoot_public::ChatwootPublic),
        ProviderId::Pabbly => Some(&pabbly::Pabbly),
        ProviderId::OpenCx => Some(&opencx::OpenCx),
        ProviderId::RevyOps => Some(&revyops::RevyOps),
        ProviderId::Local => None,
    }
}

/// How a provider words its failures.
pub fn reader(id: ProviderId) -> &'static taxonomy::Reader {
    match id {
        ProviderId::Chatwoot => &chatwoot::errors::READER,
        ProviderId::ChatwootPublic => &chatwoot_public::errors::READER,
        ProviderId::OpenCx => &opencx::errors::READER,
        ProviderId::RevyOps => &revyops::errors::READER,
        ProviderId::Pabbly => &pabbly::wire::READER,
        ProviderId::Local => &taxonomy::words::PLAIN,
    }
}

/// Folds the replies of [`Codec::read`] into the contact. Returns `None` when no reply held one.
pub fn assemble(replies: Vec<Reply>) -> Option<Contact> {
    let mut contact: Option<Contact> = None;
    let mut tags: Option<TagSet> = None;
    for reply in replies {
        match reply {
            Reply::Contact(c) => contact = Some(*c),
            Reply::Tags(t) => tags = Some(t),
            Reply::Page(_)
            | Reply::Definitions(_)
            | Reply::Catalogue(_)
            | Reply::About(_)
            | Reply::Nothing => {}
        }
    }
    if let (Some(contact), Some(tags)) = (&mut contact, tags) {
        contact.tags = tags;
        contact.tags_read = crate::domain::TagsRead::All;
    }
    contact
}

/// Parses a JSON body.
///
/// # Errors
/// Says what came instead: nothing, HTML, or JSON broken at a line and column.
pub fn json_body(response: &HttpResponse) -> Result<&Value, DecodeError> {
    if let Some(value) = response.value() {
        return Ok(value);
    }
    let content_type = response.header("content-type").unwrap_or("no content type");
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeError("the body is empty; JSON was expected".into()));
    }
    let text = response.text_body();
    // The mark of a cut tells whoever masks this that the last word may be a part of one.
    let start = match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    };
    if start.trim_start().starts_with('<') {
        let what = "a web page came instead of JSON; base_url may point at a website or a proxy";
        return Err(DecodeError(format!("{what} ({content_type})")));
    }
    let broken = match serde_json::from_slice::<Value>(&response.body) {
        Err(error) if error.is_eof() => format!("the JSON ends in the middle ({error})"),
        Err(error) => format!("this is not JSON ({error})"),
        Ok(_) => "this was no JSON when it was judged".into(),
    };
    Err(DecodeError(format!("{broken}; it starts {start:?}")))
}
