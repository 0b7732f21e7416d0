//! Filling an installation, and looking into and changing it behind the API's back.

use jiff::Timestamp;
use serde_json::json;

use super::records::{Account, Definition, Label, Object, User};
use super::state::{State, order_keys};
use super::{Channel, Chatwoot, Contact, Inbox, Role, definitions};

/// A contact to begin with. Nothing is validated: legacy data may be invalid.
#[derive(Debug, Clone, Default)]
pub struct ContactSeed {
    /// The name; none is the empty text.
    pub name: Option<String>,
    /// The e-mail address, stored as given.
    pub email: Option<String>,
    /// The phone number.
    pub phone_number: Option<String>,
    /// The customer's own key.
    pub identifier: Option<String>,
    /// Whether it is blocked.
    pub blocked: bool,
    /// City, company and the like.
    pub additional_attributes: Object,
    /// Values of custom attributes.
    pub custom_attributes: Object,
    /// Tags.
    pub labels: Vec<String>,
    /// Inbox and source id of its places.
    pub inboxes: Vec<(u64, String)>,
    /// When it last wrote.
    pub last_activity_at: Option<Timestamp>,
}

/// A custom attribute definition of contacts to begin with.
#[derive(Debug, Clone, Default)]
pub struct DefinitionSeed {
    /// The key values are stored under.
    pub key: String,
    /// The name people see.
    pub name: String,
    /// `text`, `number`, `currency`, `percent`, `link`, `date`, `list` or `checkbox`; text for others.
    pub display_type: String,
    /// What it is for.
    pub description: Option<String>,
    /// The choices of a list.
    pub values: Vec<String>,
    /// A pattern for texts, in JavaScript's dialect.
    pub regex_pattern: Option<String>,
    /// What to tell people who do not match it.
    pub regex_cue: Option<String>,
}

impl Chatwoot {
    /// Adds an account and returns its number.
    pub fn add_account(&mut self, name: &str, now: Timestamp) -> u64 {
        let id = self.state.accounts.len() as u64 + 1;
        let account = Account {
            id,
            name: name.to_owned(),
            locale: "en".to_owned(),
            suspended: false,
            created_at: now,
        };
        self.state.accounts.insert(id, account);
        id
    }

    /// Suspends an account, or lifts that.
    pub fn suspend(&mut self, account: u64, suspended: bool) {
        if let Some(account) = self.state.accounts.get_mut(&account) {
            account.suspended = suspended;
        }
    }

    /// Adds a person with an access token and returns their number.
    pub fn add_user(&mut self, name: &str, email: &str, token: &str, roles: &[(u64, Role)]) -> u64 {
        push_user(&mut self.state, name, email, token, roles, false)
    }

    /// Adds an agent bot with an access token, which contact endpoints refuse.
    pub fn add_bot(&mut self, name: &str, token: &str) -> u64 {
        push_user(&mut self.state, name, "", token, &[], true)
    }

    /// Adds a signed-in browser session of a user.
    pub fn add_session(&mut self, user: u64, access_token: &str, client: &str) {
        let session = (user, access_token.to_owned(), client.to_owned());
        self.state.sessions.push(session);
    }

    /// Adds an inbox and returns its number; `hmac_mandatory` matters to API inboxes only.
    pub fn add_inbox(
        &mut self,
        account: u64,
        name: &str,
        channel: Channel,
        hmac_mandatory: bool,
        now: Timestamp,
    ) -> u64 {
        let state = &mut self.state;
        state.last.inbox += 1;
        let siblings = state.inboxes.values().filter(|i| i.channel == channel);
        let inbox = Inbox {
            id: state.last.inbox,
            account,
            channel_id: siblings.count() as u64 + 1,
            name: name.to_owned(),
            channel,
            email: None,
            webhook_url: String::new(),
            hmac_mandatory,
            hmac_token: state.random_token(),
            secret: state.random_token(),
            identifier: state.random_token(),
            created_at: now,
        };
        state.inboxes.insert(inbox.id, inbox);
        state.last.inbox
    }

    /// Sets the names and keys the server drew at random for an inbox.
    pub fn set_inbox_tokens(&mut self, inbox: u64, identifier: &str, hmac_token: &str) {
        if let Some(inbox) = self.state.inboxes.get_mut(&inbox) {
            identifier.clone_into(&mut inbox.identifier);
            hmac_token.clone_into(&mut inbox.hmac_token);
        }
    }

    /// An inbox.
    pub fn inbox(&self, id: u64) -> Option<&Inbox> {
        self.state.inboxes.get(&id)
    }

    /// Adds an account label and returns its number. The title is lower-cased and not checked.
    pub fn add_label(&mut self, account: u64, title: &str, color: &str) -> u64 {
        self.state.last.label += 1;
        let label = Label {
            id: self.state.last.label,
            account,
            title: title.to_lowercase(),
            description: json!(null),
            color: color.to_owned(),
            show_on_sidebar: json!(true),
        };
        self.state.labels.insert(label.id, label);
        self.state.last.label
    }

    /// Adds a custom attribute definition for contacts and returns its number.
    pub fn add_definition(&mut self, account: u64, seed: DefinitionSeed, now: Timestamp) -> u64 {
        self.state.last.definition += 1;
        let id = self.state.last.definition;
        let mut fields = Object::new();
        fields.insert("attribute_display_name".into(), json!(seed.name));
        fields.insert("attribute_description".into(), json!(seed.description));
        fields.insert("attribute_values".into(), json!(seed.values));
        fields.insert("regex_pattern".into(), json!(seed.regex_pattern));
        fields.insert("regex_cue".into(), json!(seed.regex_cue));
        let mut types = definitions::DISPLAY_TYPES.iter();
        let definition = Definition {
            id,
            account,
            display_type: types.position(|t| *t == seed.display_type).unwrap_or(0),
            model: definitions::CONTACT_MODEL,
            key: seed.key,
            fields,
            created_at: now,
            updated_at: now,
        };
        self.state.definitions.insert(id, definition);
        id
    }

    /// Adds a contact and returns its number.
    pub fn add_contact(&mut self, account: u64, seed: ContactSeed, now: Timestamp) -> u64 {
        let state = &mut self.state;
        let id = state.next_contact_id();
        let mut contact = Contact::blank(id, account, now);
        contact.name = Some(seed.name.unwrap_or_default());
        contact.lead = seed.email.is_some() || seed.phone_number.is_some();
        contact.email = seed.email;
        contact.phone_number = seed.phone_number;
        contact.identifier = seed.identifier;
        contact.blocked = seed.blocked;
        contact.additional_attributes = seed.additional_attributes;
        contact.custom_attributes = seed.custom_attributes;
        contact.last_activity_at = seed.last_activity_at;
        order_keys(&mut contact.additional_attributes);
        order_keys(&mut contact.custom_attributes);
        for (inbox, source_id) in seed.inboxes {
            let pubsub_token = state.random_token();
            contact.inboxes.push(super::records::ContactInbox {
                inbox,
                source_id,
                pubsub_token,
            });
        }
        state.contacts.insert(id, contact);
        state.set_tags(id, &seed.labels);
        id
    }

    /// A contact of any account.
    pub fn contact(&self, id: u64) -> Option<&Contact> {
        self.state.contacts.get(&id)
    }

    /// All contacts of an account, by number.
    pub fn contacts(&self, account: u64) -> impl Iterator<Item = &Contact> {
        let all = self.state.contacts.values();
        all.filter(move |contact| contact.account == account)
    }

    /// A contact's tags in their stored spelling; empty for an unknown contact.
    pub fn contact_labels(&self, id: u64) -> Vec<String> {
        let contact = self.state.contacts.get(&id);
        contact.map_or_else(Vec::new, |contact| self.state.labels_of(contact))
    }

    /// Replaces a contact's tags, as a colleague would.
    pub fn set_contact_labels(&mut self, id: u64, labels: &[&str]) {
        let labels: Vec<String> = labels.iter().map(|l| (*l).to_owned()).collect();
        self.state.set_tags(id, &labels);
    }

    /// Changes a contact behind the client's back; false where there is none.
    pub fn edit_contact(
        &mut self,
        id: u64,
        now: Timestamp,
        edit: impl FnOnce(&mut Contact),
    ) -> bool {
        let Some(contact) = self.state.contacts.get_mut(&id) else {
            return false;
        };
        edit(contact);
        contact.updated_at = now;
        order_keys(&mut contact.additional_attributes);
        order_keys(&mut contact.custom_attributes);
        true
    }

    /// Takes a contact away, as a colleague would; false where there is none.
    pub fn remove_contact(&mut self, id: u64) -> bool {
        let known = self.state.contacts.contains_key(&id);
        super::contacts::remove(&mut self.state, id);
        known
    }
}

fn push_user(
    state: &mut State,
    name: &str,
    email: &str,
    token: &str,
    roles: &[(u64, Role)],
    bot: bool,
) -> u64 {
    let id = state.users.len() as u64 + 1;
    state.users.push(User {
        id,
        name: name.to_owned(),
        email: email.to_owned(),
        token: token.to_owned(),
        bot,
        memberships: roles.to_vec(),
    });
    id
}
