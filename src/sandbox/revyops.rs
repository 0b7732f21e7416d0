//! RevyOps' public API, versions 1 and 2, over contacts in memory: routing and state.
//!
//! Written from the vendor's documents and from what others met; where these leave something open or
//! contradict each other, [`Quirks`] has a switch. Reads are in `list`, their pages in `page`, writes in
//! `write` and `fields`, what may be written in `check`, who may in `auth`, how contacts look in `show`.

mod auth;
mod body;
mod check;
pub mod choices;
mod fields;
mod list;
mod page;
pub mod quirks;
pub mod record;
mod reply;
mod route;
mod show;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use self::fields::LONGEST;
pub use self::route::API;

use self::list::Whose;
use self::page::Query;
use self::quirks::Quirks;
use self::record::{Company, Contact, Field};
use self::reply::{Outcome, Problem};
use self::route::Route;
use self::show::View;
use super::{Fake, Received};
use crate::http::HttpResponse;

const NO_CONTACT: Problem = Problem::NotFound("Contact with this ID does not exist.");
const FOREIGN_CONTACT: Problem = Problem::Foreign("Contact does not belong to this client.");
const FOREIGN_COMPANY: Problem = Problem::Foreign("Company does not belong to this client.");

/// One RevyOps installation, seen by one of its clients.
#[derive(Debug, Clone)]
pub struct RevyOps {
    /// The API key that is accepted.
    pub key: String,
    /// The client that the key belongs to; also what `client_id` in a query has to be.
    pub client_id: String,
    /// What the client calls itself.
    pub client_name: String,
    /// The key of the master lists.
    pub master_key: String,
    /// How open questions are answered.
    pub quirks: Quirks,
    /// The schema: the names of all custom fields.
    pub fields: BTreeSet<String>,
    contacts: BTreeMap<u64, Contact>,
    companies: Vec<Company>,
    next_contact: u64,
    next_field: u64,
}

impl RevyOps {
    /// An installation without contacts, companies and custom fields.
    pub fn new(key: &str, client_id: &str) -> Self {
        Self {
            key: key.into(),
            client_id: client_id.into(),
            client_name: client_id.into(),
            master_key: format!("{key}-master"),
            quirks: Quirks::default(),
            fields: BTreeSet::new(),
            contacts: BTreeMap::new(),
            companies: Vec::new(),
            next_contact: 1,
            next_field: 1,
        }
    }

    /// The same installation with other answers to open questions.
    #[must_use]
    pub fn with_quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// Adds a contact, or replaces the one with its id. The names of its fields join the schema.
    pub fn insert(&mut self, contact: Contact) {
        self.next_contact = self.next_contact.max(contact.id.saturating_add(1));
        for field in &contact.fields {
            self.next_field = self.next_field.max(field.id.saturating_add(1));
            if !self.fields.contains(&field.name) {
                self.fields.insert(field.name.clone());
            }
        }
        self.contacts.insert(contact.id, contact);
    }

    /// Adds a company of this client and gives it an id.
    pub fn add_company(&mut self, name: &str, domain: &str, now: Timestamp) -> u64 {
        let client = self.client_id.clone();
        self.add_foreign_company(&client, name, domain, now)
    }

    /// Adds a company of any client and gives it an id.
    pub fn add_foreign_company(
        &mut self,
        client: &str,
        name: &str,
        domain: &str,
        now: Timestamp,
    ) -> u64 {
        // None is ever removed.
        let id = self.companies.len() as u64 + 1;
        self.companies.push(Company {
            id,
            client: client.into(),
            name: name.into(),
            domain: domain.to_lowercase(),
            updated: now,
        });
        id
    }

    /// A field with an id of its own, not yet on any contact.
    pub fn new_field(&mut self, name: &str, value: &str, now: Timestamp) -> Field {
        Field {
            id: self.next_field_id(),
            name: name.into(),
            value: Some(value.into()),
            updated: now,
        }
    }

    /// All contacts, those of other clients included, by id.
    pub fn contacts(&self) -> impl DoubleEndedIterator<Item = &Contact> {
        self.contacts.values()
    }

    /// One contact, of whatever client.
    pub fn contact(&self, id: u64) -> Option<&Contact> {
        self.contacts.get(&id)
    }

    /// All companies, those of other clients included.
    pub fn companies(&self) -> &[Company] {
        &self.companies
    }

    /// One company, of whatever client.
    pub fn company(&self, id: u64) -> Option<&Company> {
        let at = usize::try_from(id.checked_sub(1)?).ok()?;
        self.companies.get(at)
    }

    /// Changes a contact behind the client's back, as a webhook of a sending platform does: the time
    /// of change moves too. False where there is no such contact.
    pub fn change(&mut self, id: u64, now: Timestamp, change: impl FnOnce(&mut Contact)) -> bool {
        let Some(mut contact) = self.contacts.get(&id).cloned() else {
            return false;
        };
        change(&mut contact);
        contact.id = id;
        contact.updated = now;
        self.insert(contact);
        true
    }

    /// What a sending platform reports when somebody unsubscribes.
    pub fn webhook_unsubscribed(&mut self, id: u64, now: Timestamp) -> bool {
        self.change(id, now, |contact| {
            contact.set_status(Some("unsubscribed".into()), now);
        })
    }

    /// Deletes a contact behind the client's back.
    pub fn remove(&mut self, id: u64) -> Option<Contact> {
        self.contacts.remove(&id)
    }

    /// A contact of this client.
    fn own(&self, id: u64) -> Result<&Contact, Problem> {
        let contact = self.contacts.get(&id).ok_or(NO_CONTACT)?;
        if contact.client == self.client_id {
            Ok(contact)
        } else {
            Err(FOREIGN_CONTACT)
        }
    }

    fn make_company(&mut self, domain: String, now: Timestamp) -> u64 {
        self.add_company(&domain, &domain, now)
    }

    fn next_field_id(&mut self) -> u64 {
        let id = self.next_field;
        self.next_field = self.next_field.saturating_add(1);
        id
    }

    fn route(&mut self, request: &Received, now: Timestamp) -> Outcome {
        let route = Route::of(request.path(), self.quirks.prefix);
        let route = route.ok_or(Problem::NotFound("Not found."))?;
        let query = Query::of(request);
        // A web framework lets in first, then looks at the method.
        self.sign_in(request, &query, route.is_master())?;
        // It serves HEAD as GET; the server leaves the body out.
        let method = match request.method.as_str() {
            "HEAD" => "GET",
            other => other,
        };
        let body = || body::read(request);
        let read = |structure| View::Read(structure);
        match (method, route) {
            ("GET", Route::WhoAmI) => Ok(self.whoami()),
            ("GET", Route::Contacts) => self.list(request, &query, Whose::Own),
            ("GET", Route::Lookup) => self.lookup(request, &query, Whose::Own),
            ("GET", Route::Contact(id)) => self.get(id, read(query.structure()?)),
            ("GET", Route::ContactsV1) => self.list_v1(&query, Whose::Own),
            ("GET", Route::ContactV1(id)) => self.get(id, View::V1),
            ("GET", Route::Master) => self.list(request, &query, Whose::Everybody),
            ("GET", Route::MasterLookup) => self.lookup(request, &query, Whose::Everybody),
            ("GET", Route::MasterContact(id)) => self.master_get(id, read(query.structure()?)),
            ("GET", Route::MasterV1) => self.list_v1(&query, Whose::Everybody),
            ("GET", Route::MasterContactV1(id)) => self.master_get(id, View::V1),
            ("GET", Route::Companies) => self.list_companies(request, &query),
            ("GET", Route::Company(id)) => self.get_company(id),
            ("POST", Route::Contacts) => self.create(&query, &body()?, now),
            ("PATCH", Route::Contact(id)) => self.update(id, &query, &body()?, now),
            ("DELETE", Route::ContactV1(id)) => self.delete(id),
            ("POST", Route::Fields(id)) => self.add_field(id, &body()?, now),
            ("PATCH", Route::Field(id, field)) => self.change_field(id, field, &body()?, now),
            ("DELETE", Route::Field(id, field)) => self.delete_field(id, field, now),
            ("OPTIONS", route) => {
                let answer = HttpResponse::json(200, &serde_json::json!({"name": "public"}));
                Ok(answer.with_header("allow", &route.methods().join(", ")))
            }
            (_, route) => Err(Problem::Method(request.method.clone(), route.methods())),
        }
    }
}

impl Fake for RevyOps {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        self.route(request, now)
            .unwrap_or_else(|problem| problem.response(&self.quirks))
    }
}

#[cfg(test)]
mod tests;
