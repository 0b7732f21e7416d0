//! The installation, the caller's profile, the account, and saved filters.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::records::{Account, Object, SavedFilter, User};
use super::reply::{Outcome, Refusal, body, done, ok};
use super::state::{State, in_database_order};
use super::{Call, millis};
use crate::http::HttpResponse;

/// `GET /api`, which needs no token.
///
/// # Errors
/// None of its own.
pub fn version(state: &State, now: Timestamp) -> Outcome {
    ok(&json!({
        "version": state.version.number(),
        "timestamp": now.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        "queue_services": "ok",
        "data_services": "ok",
    }))
}

/// `POST /auth/sign_in`: nobody has a password here.
pub fn refuse_sign_in() -> HttpResponse {
    body(
        401,
        &json!({
            "success": false,
            "errors": ["Invalid login credentials. Please try again."],
        }),
    )
}

/// `GET /api/v1/profile`.
///
/// # Errors
/// None of its own.
pub fn profile(state: &State, user: &User) -> Outcome {
    let accounts: Vec<Value> = user
        .memberships
        .iter()
        .filter_map(|(id, role)| {
            let account = state.accounts.get(id)?;
            let mut row = json!({
                "id": account.id,
                "name": account.name,
                "status": status(account),
                "active_at": null,
                "role": role.word(),
                "permissions": [role.word()],
                "availability": "online",
                "availability_status": "offline",
                "auto_offline": true,
            });
            if let (true, Value::Object(fields)) = (state.version.is_new(), &mut row) {
                fields.insert("onboarding_step".into(), Value::Null);
            }
            Some(row)
        })
        .collect();
    let first = user.memberships.first();
    ok(&json!({
        "access_token": user.token,
        "account_id": first.map(|(id, _)| id),
        "available_name": user.name,
        "avatar_url": "",
        "confirmed": true,
        "display_name": null,
        "message_signature": null,
        "email": user.email,
        "id": user.id,
        "inviter_id": null,
        "name": user.name,
        "provider": "email",
        "pubsub_token": format!("pubsub-{}", user.id),
        "role": first.map(|(_, role)| role.word()),
        "ui_settings": {},
        "uid": user.email,
        "type": null,
        "accounts": accounts,
    }))
}

fn status(account: &Account) -> &'static str {
    if account.suspended {
        "suspended"
    } else {
        "active"
    }
}

/// The features switched on in a new account.
fn features(new: bool) -> Value {
    let shared = [
        "inbound_emails",
        "channel_email",
        "channel_facebook",
        "help_center",
        "agent_bots",
        "macros",
        "agent_management",
        "team_management",
        "inbox_management",
        "labels",
        "custom_attributes",
        "automations",
        "canned_responses",
        "integrations",
        "voice_recorder",
        "channel_website",
        "campaigns",
        "reports",
        "crm",
        "auto_resolve_conversations",
        "chatwoot_v4",
        "contact_chatwoot_support_team",
        "channel_instagram",
    ];
    let own: &[&str] = if new {
        &["assignment_v2", "channel_tiktok", "captain_tasks"]
    } else {
        &["channel_twitter", "report_v4"]
    };
    let names = shared.iter().chain(own);
    Value::Object(
        names
            .map(|n| ((*n).to_owned(), Value::Bool(true)))
            .collect(),
    )
}

fn describe(state: &State, account: &Account) -> Object {
    let mut out = Object::new();
    let mut put = |key: &str, value: Value| out.insert(key.into(), value);
    put("settings", json!({}));
    put("created_at", millis(account.created_at).into());
    put("domain", Value::Null);
    put("features", features(state.version.is_new()));
    put("id", account.id.into());
    put("locale", account.locale.clone().into());
    put("name", account.name.clone().into());
    put("support_email", Value::Null);
    put("status", status(account).into());
    let key = "0000000000";
    put(
        "cache_keys",
        json!({"label": key, "inbox": key, "team": key}),
    );
    out
}

fn find(state: &State, call: &Call<'_>) -> Result<Account, Refusal> {
    let account = state.accounts.get(&call.caller.account);
    account.cloned().ok_or(Refusal::NotFound)
}

/// `GET` on the account itself.
///
/// # Errors
/// None of its own.
pub fn show(state: &State, call: &Call<'_>) -> Outcome {
    let mut fields = describe(state, &find(state, call)?);
    fields.insert("latest_chatwoot_version".into(), Value::Null);
    ok(&fields.into())
}

/// `PATCH` on the account itself: name and language, for administrators.
///
/// # Errors
/// 401.
pub fn update(state: &mut State, call: &Call<'_>) -> Outcome {
    call.caller.needs_administrator()?;
    let mut account = find(state, call)?;
    if let Some(locale) = call.params.text("locale") {
        account.locale = locale;
    }
    if let Some(name) = call.params.text("name") {
        account.name = name;
    }
    let body = ok(&describe(state, &account).into());
    state.accounts.insert(account.id, account);
    body
}

fn show_filter(filter: &SavedFilter) -> Value {
    json!({
        "id": filter.id,
        "name": filter.name,
        "filter_type": filter.kind,
        "query": filter.query,
        "created_at": millis(filter.created_at),
        "updated_at": millis(filter.created_at),
    })
}

fn own<'a>(state: &'a State, call: &'a Call<'_>) -> impl Iterator<Item = &'a SavedFilter> {
    state
        .saved_filters
        .values()
        .filter(|f| f.account == call.caller.account && f.user == call.caller.user)
}

/// `GET custom_filters`: those of one type, by default for conversations.
///
/// # Errors
/// None of its own.
pub fn saved_filters(state: &State, call: &Call<'_>) -> Outcome {
    let kind = call.params.text("filter_type");
    let kind = kind.unwrap_or_else(|| "conversation".into());
    let rows = own(state, call).filter(|f| f.kind == kind);
    ok(&rows.map(show_filter).collect())
}

/// `GET custom_filters/#`.
///
/// # Errors
/// 404.
pub fn saved_filter(state: &State, call: &Call<'_>, id: u64) -> Outcome {
    let found = own(state, call).find(|f| f.id == id);
    ok(&show_filter(found.ok_or(Refusal::NotFound)?))
}

/// `POST custom_filters`.
///
/// # Errors
/// 422 without a filter.
pub fn save_filter(state: &mut State, call: &Call<'_>) -> Outcome {
    let sent = call
        .params
        .wrapped("custom_filter", &["name", "filter_type", "query"]);
    let sent = sent.ok_or(Refusal::Missing("custom_filter"))?;
    let text = |key: &str| sent.get(key).and_then(Value::as_str).map(str::to_owned);
    state.last.saved_filter += 1;
    let mut filter = SavedFilter {
        id: state.last.saved_filter,
        account: call.caller.account,
        user: call.caller.user,
        name: text("name").unwrap_or_default(),
        kind: text("filter_type").unwrap_or_else(|| "conversation".into()),
        query: sent.get("query").cloned().unwrap_or_else(|| json!({})),
        created_at: call.now,
    };
    let body = ok(&show_filter(&filter));
    in_database_order(&mut filter.query);
    state.saved_filters.insert(filter.id, filter);
    body
}

/// `DELETE custom_filters/#`.
///
/// # Errors
/// 404.
pub fn forget_filter(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let known = own(state, call).any(|f| f.id == id);
    if !known {
        return Err(Refusal::NotFound);
    }
    state.saved_filters.remove(&id);
    done()
}
