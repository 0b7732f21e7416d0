//! How records look in JSON.

use serde_json::{Value, json};

use super::millis;
use super::records::{Channel, Contact, Definition, Inbox, Label, Note, Object};
use super::state::State;

/// A contact in the Application API.
pub fn contact(state: &State, contact: &Contact, with_inboxes: bool) -> Value {
    let mut out = Object::new();
    let mut put = |key: &str, value: Value| out.insert(key.into(), value);
    put(
        "additional_attributes",
        contact.additional_attributes.clone().into(),
    );
    put("availability_status", "offline".into());
    put("email", json!(contact.email));
    put("id", contact.id.into());
    put("name", json!(contact.name));
    put("phone_number", json!(contact.phone_number));
    put("blocked", contact.blocked.into());
    put("identifier", json!(contact.identifier));
    put("thumbnail", thumbnail(contact).into());
    put(
        "custom_attributes",
        contact.custom_attributes.clone().into(),
    );
    if let Some(time) = contact.last_activity_at {
        put("last_activity_at", time.as_second().into());
    }
    put("created_at", contact.created_at.as_second().into());
    if with_inboxes {
        let rows = contact.inboxes.iter().filter_map(|row| {
            let inbox = state.inboxes.get(&row.inbox)?;
            Some(json!({"source_id": row.source_id, "inbox": slim_inbox(inbox)}))
        });
        put("contact_inboxes", rows.collect());
    }
    Value::Object(out)
}

fn thumbnail(contact: &Contact) -> String {
    contact.avatar.as_ref().map_or_else(String::new, |file| {
        format!(
            "https://chatwoot.example.com/rails/active_storage/representations/redirect/{}/{file}",
            contact.id
        )
    })
}

/// A contact as the public API's update answers it: the bare record.
pub fn contact_record(state: &State, contact: &Contact) -> Value {
    let attribute = |key: &str| contact.additional_attributes.get(key).cloned();
    let mut record = json!({
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone_number": contact.phone_number,
        "account_id": contact.account,
        "created_at": millis(contact.created_at),
        "updated_at": millis(contact.updated_at),
        "additional_attributes": contact.additional_attributes,
        "identifier": contact.identifier,
        "custom_attributes": contact.custom_attributes,
        "last_activity_at": contact.last_activity_at.map(millis),
        "contact_type": if contact.lead { "lead" } else { "visitor" },
        "middle_name": "",
        "last_name": "",
        "location": attribute("city"),
        "country_code": attribute("country"),
        "blocked": contact.blocked,
    });
    if let Value::Object(fields) = &mut record {
        if state.version.is_new() {
            fields.insert("company_id".into(), Value::Null);
        }
        fields.insert("label_list".into(), json!(state.labels_of(contact)));
    }
    record
}

fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Api => "Channel::Api",
        Channel::Email => "Channel::Email",
    }
}

/// An inbox as contacts mention it.
pub fn slim_inbox(inbox: &Inbox) -> Value {
    json!({
        "id": inbox.id,
        "avatar_url": "",
        "channel_id": inbox.channel_id,
        "name": inbox.name,
        "channel_type": channel_word(inbox.channel),
        "provider": null,
    })
}

/// An inbox as the answer to creating a contact holds it: the bare record.
pub fn inbox_record(inbox: &Inbox) -> Value {
    json!({
        "id": inbox.id,
        "channel_id": inbox.channel_id,
        "account_id": inbox.account,
        "name": inbox.name,
        "created_at": millis(inbox.created_at),
        "updated_at": millis(inbox.created_at),
        "channel_type": channel_word(inbox.channel),
        "enable_auto_assignment": true,
        "greeting_enabled": false,
        "greeting_message": null,
        "email_address": null,
        "working_hours_enabled": false,
        "out_of_office_message": null,
        "timezone": "UTC",
        "enable_email_collect": true,
        "csat_survey_enabled": false,
        "allow_messages_after_resolved": true,
        "auto_assignment_config": {},
        "lock_to_single_conversation": false,
        "portal_id": null,
        "sender_name_type": "friendly",
        "business_name": null,
        "csat_config": {},
    })
}

/// Monday to Friday, nine to five.
pub fn working_hours() -> Value {
    (0..7)
        .map(|day| {
            let closed = day == 0 || day == 6;
            let at = |hour: u8| if closed { Value::Null } else { hour.into() };
            json!({
                "day_of_week": day,
                "closed_all_day": closed,
                "open_hour": at(9),
                "open_minutes": at(0),
                "close_hour": at(17),
                "close_minutes": at(0),
                "open_all_day": false,
            })
        })
        .collect()
}

/// An inbox in full; its secrets only for administrators.
pub fn inbox(state: &State, inbox: &Inbox, secrets: bool) -> Value {
    let new = state.version.is_new();
    let api = inbox.channel == Channel::Api;
    let mut out = json!({
        "id": inbox.id,
        "avatar_url": "",
        "channel_id": inbox.channel_id,
        "name": inbox.name,
        "channel_type": channel_word(inbox.channel),
        "greeting_enabled": false,
        "greeting_message": null,
        "working_hours_enabled": false,
        "enable_email_collect": true,
        "csat_survey_enabled": false,
        "csat_config": {},
        "enable_auto_assignment": true,
        "auto_assignment_config": {},
        "out_of_office_message": null,
        "working_hours": working_hours(),
        "timezone": "UTC",
        "callback_webhook_url": null,
        "allow_messages_after_resolved": true,
        "lock_to_single_conversation": false,
        "sender_name_type": "friendly",
        "business_name": null,
        "allowed_domains": null,
        "widget_color": null,
        "website_url": null,
        "hmac_mandatory": if api { inbox.hmac_mandatory.into() } else { Value::Null },
        "welcome_title": null,
        "welcome_tagline": null,
        "web_widget_script": null,
        "website_token": null,
        "selected_feature_flags": null,
        "reply_time": null,
        "messaging_service_sid": null,
        "phone_number": null,
    });
    let Value::Object(fields) = &mut out else {
        return out;
    };
    if !new {
        fields.shift_remove("allowed_domains");
    }
    let mut put = |key: &str, value: Value| fields.insert(key.into(), value);
    match inbox.channel {
        Channel::Api => {
            if secrets {
                put("hmac_token", json!(inbox.hmac_token));
                if new {
                    put("secret", json!(inbox.secret));
                }
            }
            put("webhook_url", json!(inbox.webhook_url));
            put("inbox_identifier", json!(inbox.identifier));
            put("additional_attributes", json!({}));
        }
        Channel::Email => {
            if !new {
                let address = format!("{}@false", inbox.secret);
                put("forward_to_email", json!(address));
            }
            put("email", json!(inbox.email));
            if new {
                put("forwarding_enabled", json!(false));
            }
            put("imap_login", json!(""));
            put("imap_password", json!(""));
            put("imap_address", json!(""));
            put("imap_port", json!(0));
            put("imap_enabled", json!(false));
            put("imap_enable_ssl", json!(true));
            if new {
                put("imap_authentication", json!("plain"));
            }
            put("smtp_login", json!(""));
            put("smtp_password", json!(""));
            put("smtp_address", json!(""));
            put("smtp_port", json!(0));
            put("smtp_enabled", json!(false));
            put("smtp_domain", json!(""));
            put("smtp_enable_ssl_tls", json!(false));
            put("smtp_enable_starttls_auto", json!(true));
            put("smtp_openssl_verify_mode", json!("none"));
            put("smtp_authentication", json!("login"));
        }
    }
    put("provider", Value::Null);
    out
}

/// A label of an account.
pub fn label(label: &Label) -> Value {
    json!({
        "id": label.id,
        "title": label.title,
        "description": label.description,
        "color": label.color,
        "show_on_sidebar": label.show_on_sidebar,
    })
}

/// A custom attribute definition.
pub fn definition(definition: &Definition) -> Value {
    let field = |key: &str| definition.fields.get(key).cloned().unwrap_or_default();
    json!({
        "id": definition.id,
        "attribute_display_name": field("attribute_display_name"),
        "attribute_display_type": super::definitions::DISPLAY_TYPES.get(definition.display_type),
        "attribute_description": field("attribute_description"),
        "attribute_key": definition.key,
        "regex_pattern": field("regex_pattern"),
        "regex_cue": field("regex_cue"),
        "attribute_values": field("attribute_values"),
        "attribute_model": super::definitions::MODELS.get(definition.model),
        "default_value": field("default_value"),
        "created_at": millis(definition.created_at),
        "updated_at": millis(definition.updated_at),
    })
}

/// A note with its author; the content is given apart, as a refused update still shows it.
pub fn note(state: &State, note: &Note, content: &str) -> Value {
    let contact = state.contacts.get(&note.contact);
    let account = contact.map_or(0, |c| c.account);
    let author = state.users.iter().find(|u| u.id == note.user).map(|user| {
        let role = user.memberships.iter().find(|(id, _)| *id == account);
        let mut person = json!({
            "id": user.id,
            "account_id": account,
            "availability_status": "offline",
            "auto_offline": true,
            "confirmed": true,
            "email": user.email,
            "available_name": user.name,
            "name": user.name,
            "role": role.map(|(_, role)| role.word()),
            "thumbnail": "",
        });
        if let (true, Value::Object(fields)) = (state.version.is_new(), &mut person) {
            fields.insert("provider".into(), "email".into());
        }
        person
    });
    json!({
        "id": note.id,
        "content": content,
        // The view asks the wrong object for these two.
        "account_id": null,
        "contact_id": null,
        "user": author,
        "created_at": note.created_at.as_second(),
        "updated_at": note.updated_at.as_second(),
    })
}
