//! The calls that read: lists, look-ups, one contact, companies, who the key belongs to.

use serde_json::{Value, json};

use super::RevyOps;
use super::choices::{Match, SortBy};
use super::page::{Query, bare, paged};
use super::record::Contact;
use super::reply::{Outcome, Problem};
use super::show::{self, View};
use crate::http::HttpResponse;
use crate::sandbox::Received;

/// Contacts in a v1 list at most; it has no pages.
const V1_LIMIT: usize = 100;

/// Whose contacts a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Those of the key's client.
    Own,
    /// Those of every client, each with its `client_id`.
    Everybody,
}

impl RevyOps {
    /// `GET /public/v2/contacts` and its master sibling.
    pub(super) fn list(&self, request: &Received, query: &Query, whose: Whose) -> Outcome {
        let structure = query.structure()?;
        let found = self.ordered(whose, |contact| self.passes(contact, query));
        paged(&found, request, query, &self.quirks, |contact| {
            self.shown(contact, View::Read(structure), whose)
        })
    }

    /// `GET …/lookup-by-custom-field`: who holds exactly this value in exactly this field.
    pub(super) fn lookup(&self, request: &Received, query: &Query, whose: Whose) -> Outcome {
        let structure = query.structure()?;
        let given = |key: &str| {
            let problem = || Problem::member(key, "This field is required.");
            query.last(key).ok_or_else(problem)
        };
        let (name, value) = (given("field_name")?, given("field_value")?);
        let found = self.ordered(whose, |contact| {
            let mut fields = contact.fields.iter();
            fields.any(|field| field.name == name && field.value.as_deref() == Some(value))
        });
        paged(&found, request, query, &self.quirks, |contact| {
            self.shown(contact, View::Read(structure), whose)
        })
    }

    /// `GET /public/contacts` and its master sibling.
    pub(super) fn list_v1(&self, query: &Query, whose: Whose) -> Outcome {
        let linkedin = query.filter("linkedin_url");
        let found = self.ordered(whose, |contact| {
            self.passes(contact, query) && self.matches(linkedin, contact.linkedin_url.as_deref())
        });
        let shown = found.into_iter().take(V1_LIMIT);
        let shown = shown.map(|contact| self.shown(contact, View::V1, whose));
        Ok(bare(shown.collect(), &self.quirks))
    }

    /// One contact of the key's client.
    pub(super) fn get(&self, id: u64, view: View) -> Outcome {
        let contact = self.own(id)?;
        Ok(HttpResponse::json(
            200,
            &self.shown(contact, view, Whose::Own),
        ))
    }

    /// One contact of whatever client.
    pub(super) fn master_get(&self, id: u64, view: View) -> Outcome {
        let contact = self.contact(id).ok_or(super::NO_CONTACT)?;
        Ok(HttpResponse::json(
            200,
            &self.shown(contact, view, Whose::Everybody),
        ))
    }

    /// `GET /public/v2/companies`.
    pub(super) fn list_companies(&self, request: &Received, query: &Query) -> Outcome {
        let (domain, name) = (query.filter("domain"), query.filter("name"));
        let own = self.companies().iter().filter(|company| {
            company.client == self.client_id
                && domain.is_none_or(|wanted| same(wanted, &company.domain))
                && self.matches(name, Some(&company.name))
        });
        let found: Vec<_> = own.collect();
        paged(&found, request, query, &self.quirks, |company| {
            show::company(company, &self.quirks)
        })
    }

    /// `GET /public/v2/companies/{id}`.
    pub(super) fn get_company(&self, id: u64) -> Outcome {
        let company = self.companies().iter().find(|company| company.id == id);
        let company = company.ok_or(Problem::NotFound("Company with this ID does not exist."))?;
        if company.client != self.client_id {
            return Err(super::FOREIGN_COMPANY);
        }
        Ok(HttpResponse::json(
            200,
            &show::company(company, &self.quirks),
        ))
    }

    /// `GET /public/whoami`.
    pub(super) fn whoami(&self) -> HttpResponse {
        let body = json!({"client_id": self.client_id, "client_name": self.client_name});
        HttpResponse::json(200, &body)
    }

    fn shown(&self, contact: &Contact, view: View, whose: Whose) -> Value {
        let mut out = show::contact(contact, view, &self.quirks);
        if whose == Whose::Everybody {
            out["client_id"] = json!(contact.client);
        }
        out
    }

    fn ordered(&self, whose: Whose, keep: impl Fn(&Contact) -> bool) -> Vec<&Contact> {
        let own =
            |contact: &&Contact| whose == Whose::Everybody || contact.client == self.client_id;
        let mut found: Vec<&Contact> = self.contacts().filter(own).filter(|c| keep(c)).collect();
        match self.quirks.order {
            // They are kept in this order.
            SortBy::Id => {}
            SortBy::IdDown => found.reverse(),
            SortBy::Updated => found.sort_by_key(|c| (c.updated, c.id)),
            SortBy::UpdatedDown => {
                found.sort_by_key(|c| (c.updated, c.id));
                found.reverse();
            }
        }
        found
    }

    fn passes(&self, contact: &Contact, query: &Query) -> bool {
        let domain = query.filter("domain").is_none_or(|wanted| {
            let company = contact.company_id.and_then(|id| self.company(id));
            company.is_some_and(|company| same(wanted, &company.domain))
        });
        domain
            && self.matches(query.filter("email"), contact.email.as_deref())
            && self.matches(query.filter("firstname"), Some(&contact.first_name))
            && self.matches(query.filter("lastname"), Some(&contact.last_name))
    }

    fn matches(&self, wanted: Option<&str>, held: Option<&str>) -> bool {
        let Some(wanted) = wanted else {
            return true;
        };
        held.is_some_and(|held| match self.quirks.filter {
            Match::Exact => held == wanted,
            Match::IgnoreCase => same(held, wanted),
            Match::Substring => held.to_lowercase().contains(&wanted.to_lowercase()),
        })
    }
}

/// Equal whatever the case.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}
