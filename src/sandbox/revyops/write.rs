//! `PATCH` and `POST` of contacts: checking a body, then applying it whole or not at all. What each
//! member may be is `check`'s, custom fields are `fields`'s.

use jiff::Timestamp;

use super::RevyOps;
use super::body::Body;
use super::check::{Change, CompanyRef};
use super::choices::{Create, Delete, UnknownCompany, Unresolved};
use super::list::same;
use super::page::Query;
use super::record::{Company, Contact};
use super::reply::{Outcome, Problem};
use super::show::{self, View};
use crate::http::HttpResponse;

const TAKEN: Problem =
    Problem::Conflict("A contact with this email or LinkedIn URL already exists for this client.");
const NO_COMPANY: &str = "Company with this ID does not exist.";

/// The company that a change leads to.
enum Resolved {
    /// An existing one, or none.
    Known(Option<u64>),
    /// One that is made of this domain when everything else is in order.
    New(String),
}

impl RevyOps {
    /// `PATCH /public/v2/contacts/{contact_id}`.
    pub(super) fn update(
        &mut self,
        id: u64,
        query: &Query,
        body: &Body,
        now: Timestamp,
    ) -> Outcome {
        let mut contact = self.own(id)?.clone();
        let structure = query.structure()?;
        let change = Change::of(body, "contact_custom_fields", self)?;
        self.carry_out(&mut contact, change, now)?;
        let shown = show::contact(&contact, View::Updated(structure), &self.quirks);
        self.insert(contact);
        Ok(HttpResponse::json(200, &shown))
    }

    /// `POST /public/v2/contacts`.
    pub(super) fn create(&mut self, query: &Query, body: &Body, now: Timestamp) -> Outcome {
        let structure = query.structure()?;
        let change = Change::of(body, "contact_custom_fields_input", self)?;
        // Only an update's schema has null there: a new contact has no company to detach.
        if change.company == Some(CompanyRef::Detach) {
            return Err(Problem::member("company_id", "This field may not be null."));
        }
        if self.quirks.create == Create::Identifier && !change.identifies() {
            let text = "An email or a linkedin_url is required.";
            return Err(Problem::member("non_field_errors", text));
        }
        let mut contact = Contact::new(self.next_contact, &self.client_id, now);
        self.carry_out(&mut contact, change, now)?;
        let shown = show::contact(&contact, View::Created(structure), &self.quirks);
        self.insert(contact);
        Ok(HttpResponse::json(201, &shown))
    }

    /// `DELETE /public/contacts/{contact_id}`.
    pub(super) fn delete(&mut self, id: u64) -> Outcome {
        self.own(id)?;
        self.remove(id);
        Ok(self.deleted())
    }

    /// The answer to a deletion.
    pub(super) fn deleted(&self) -> HttpResponse {
        match self.quirks.delete {
            Delete::NoContent => HttpResponse::new(204, Vec::new(), Vec::new()),
            Delete::Ok => HttpResponse::json(200, &serde_json::json!({"status": "Deleted"})),
        }
    }

    fn carry_out(
        &mut self,
        contact: &mut Contact,
        change: Change,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let company = match &change.company {
            Some(wanted) => Some(self.resolve(wanted)?),
            None => None,
        };
        if self.is_taken(contact.id, &change) {
            return Err(TAKEN);
        }
        match company {
            Some(Resolved::Known(id)) => contact.company_id = id,
            Some(Resolved::New(domain)) => {
                contact.company_id = Some(self.make_company(domain, now));
            }
            None => {}
        }
        if let Some(email) = change.email {
            contact.email = email;
        }
        if let Some(url) = change.linkedin_url {
            contact.linkedin_url = url;
        }
        if let Some(name) = change.first_name {
            contact.first_name = name.unwrap_or_default();
        }
        if let Some(name) = change.last_name {
            contact.last_name = name.unwrap_or_default();
        }
        if let Some(origin) = change.origin {
            contact.origin = origin.unwrap_or_default();
        }
        if let Some(status) = change.status {
            contact.set_status(status, now);
        }
        if let Some(sent) = change.fields {
            self.apply_fields(contact, sent, now);
        }
        contact.updated = now;
        Ok(())
    }

    /// Whether another contact of this client has the e-mail or LinkedIn URL of a change.
    fn is_taken(&self, id: u64, change: &Change) -> bool {
        let given = |value: &Option<Option<String>>| {
            let text = value.clone().flatten();
            text.filter(|text| !text.is_empty())
        };
        let (email, url) = (given(&change.email), given(&change.linkedin_url));
        if email.is_none() && url.is_none() {
            return false;
        }
        self.contacts().any(|other| {
            let mail = match (&email, &other.email) {
                (Some(mine), Some(theirs)) => same(mine, theirs),
                _ => false,
            };
            let link = url.is_some() && url == other.linkedin_url;
            other.client == self.client_id && other.id != id && (mail || link)
        })
    }

    fn resolve(&self, wanted: &CompanyRef) -> Result<Resolved, Problem> {
        let id = match wanted {
            CompanyRef::Detach => return Ok(Resolved::Known(None)),
            CompanyRef::Domain(domain) => {
                let own = |company: &&Company| {
                    company.client == self.client_id && same(&company.domain, domain)
                };
                return match (self.companies().iter().find(own), self.quirks.unresolved) {
                    (Some(company), _) => Ok(Resolved::Known(Some(company.id))),
                    (None, Unresolved::Create) => Ok(Resolved::New(domain.to_lowercase())),
                    (None, Unresolved::BadRequest) => {
                        let text = format!("No company with the domain \"{domain}\".");
                        Err(Problem::member("company_id", &text))
                    }
                    (None, Unresolved::NotFound) => Err(Problem::NotFound(
                        "Company with this domain does not exist.",
                    )),
                };
            }
            CompanyRef::Id(id) => *id,
        };
        let found = id.and_then(|id| self.company(id));
        match (found, self.quirks.unknown_company) {
            (Some(company), _) if company.client != self.client_id => Err(super::FOREIGN_COMPANY),
            (Some(company), _) => Ok(Resolved::Known(Some(company.id))),
            (None, UnknownCompany::NotFound) => Err(Problem::NotFound(NO_COMPANY)),
            (None, UnknownCompany::Unauthorized) => Err(super::FOREIGN_COMPANY),
            (None, UnknownCompany::BadRequest) => Err(Problem::member("company_id", NO_COMPANY)),
        }
    }
}
