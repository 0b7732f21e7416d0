//! What RevyOps keeps: contacts with their custom fields, and companies. How they are shown is `show`'s.

use jiff::Timestamp;

/// One custom field of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its own id, which the v1 calls address.
    pub id: u64,
    /// The name, compared exactly.
    pub name: String,
    /// The value; null only under [`super::choices::NullValue::Null`].
    pub value: Option<String>,
    /// When it last changed.
    pub updated: Timestamp,
}

/// One stored contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// A positive integer.
    pub id: u64,
    /// The client that it belongs to.
    pub client: String,
    /// Unique for the client, whatever the case; empty or missing for some.
    pub email: Option<String>,
    /// Unique for the client.
    pub linkedin_url: Option<String>,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// The company, where there is one.
    pub company_id: Option<u64>,
    /// In the order in which they were added; two may have the same name.
    pub fields: Vec<Field>,
    /// The platform that the contact came from; may be empty.
    pub origin: String,
    /// `Active`, `Unsubscribed`, `Bounced`, or any text.
    pub status: Option<String>,
    /// The status before.
    pub previous_status: Option<String>,
    /// When the status changed.
    pub status_changed_at: Option<Timestamp>,
    /// Of the oldest campaign.
    pub first_campaign_email_sent: Option<Timestamp>,
    /// Of the newest campaign.
    pub last_campaign_email_sent: Option<Timestamp>,
    /// The newest answer.
    pub last_reply_received: Option<Timestamp>,
    /// When it last changed.
    pub updated: Timestamp,
}

impl Contact {
    /// An empty contact, made at `now`.
    pub fn new(id: u64, client: &str, now: Timestamp) -> Self {
        Self {
            id,
            client: client.into(),
            email: None,
            linkedin_url: None,
            first_name: String::new(),
            last_name: String::new(),
            company_id: None,
            fields: Vec::new(),
            origin: String::new(),
            status: None,
            previous_status: None,
            status_changed_at: None,
            first_campaign_email_sent: None,
            last_campaign_email_sent: None,
            last_reply_received: None,
            updated: now,
        }
    }

    /// The first custom field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The value of the first custom field of that name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.field(name)?.value.as_deref()
    }

    /// Sets the status; an equal one is no change.
    pub fn set_status(&mut self, status: Option<String>, now: Timestamp) {
        if self.status != status {
            self.previous_status = std::mem::replace(&mut self.status, status);
            self.status_changed_at = Some(now);
        }
    }
}

/// One stored company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// A positive integer.
    pub id: u64,
    /// The client that it belongs to.
    pub client: String,
    /// The name.
    pub name: String,
    /// The domain that a contact's `company_id` may name instead of the id; lower case.
    pub domain: String,
    /// When it last changed.
    pub updated: Timestamp,
}
