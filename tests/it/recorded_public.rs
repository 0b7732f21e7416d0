//! Every recorded exchange of Chatwoot's public API that cardex has a call for (573 to 615, both releases):
//! what the codec sends for the same intention, and what it makes of the answer.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can not go on says so by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};

use cardex::domain::{AccountName, Contact, ContactId, Edit, FieldKey, Flag, Patch, TagsRead};
use cardex::http::{HttpRequest, HttpResponse, Method, Verdict};
use cardex::provider::chatwoot_public::ChatwootPublic;
use cardex::provider::{Call, Codec, Context, Purpose, Reading, Reply, TagsMode, Target};
use serde_json::{Map, Value, json};

const NEW: &str = include_str!("../recordings/chatwoot/4.15.1.jsonl");
const OLD: &str = include_str!("../recordings/chatwoot/4.3.0.jsonl");
const BASE: &str = "https://chatwoot.example.com";

struct Exchange {
    n: u64,
    release: &'static str,
    method: String,
    path: String,
    sent: Value,
    response: HttpResponse,
    told: Value,
}

fn exchanges() -> Vec<Exchange> {
    let read = |release, line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let (request, response) = (&line["request"], &line["response"]);
        let status = u16::try_from(response["status"].as_u64().unwrap()).unwrap();
        let mut answer = HttpResponse::json(status, &response["body"]);
        answer.headers.clear();
        for (name, value) in response["headers"].as_object().unwrap() {
            answer = answer.with_header(name, value.as_str().unwrap());
        }
        Exchange {
            n: line["n"].as_u64().unwrap(),
            release,
            method: request["method"].as_str().unwrap().into(),
            path: request["path"].as_str().unwrap().into(),
            sent: request["body"].clone(),
            response: answer,
            told: response["body"].clone(),
        }
    };
    let new = NEW.lines().map(|l| read("4.15.1", l));
    let old = OLD.lines().map(|l| read("4.3.0", l));
    let public = |e: &Exchange| (573..=615).contains(&e.n) && e.path.starts_with("/public/");
    new.chain(old).filter(public).collect()
}

fn context(identity_hash: bool) -> Context {
    Context {
        account: AccountName::new("widget"),
        base_url: BASE.into(),
        account_id: None,
        email_attribute: None,
        tags_attribute: None,
        tags_mode: TagsMode::Replace,
        identity_hash,
        read_only: false,
    }
}

impl Exchange {
    fn at(&self) -> String {
        format!(
            "{} exchange {} ({} {})",
            self.release, self.n, self.method, self.path
        )
    }

    /// The call as cardex would have made it; `None` where it makes no such call.
    fn call(&self) -> Option<Call> {
        let method = match self.method.as_str() {
            "GET" => Method::Get,
            "PATCH" => Method::Patch,
            "PUT" => Method::Put,
            _ => return None,
        };
        let path = self.path.split('?').next().unwrap();
        path.contains("/contacts/").then_some(())?;
        let mut request = HttpRequest::new(method, format!("{BASE}{}", self.path));
        if self.sent.is_object() {
            request = request.with_body(self.sent.clone());
        }
        let purpose = match method {
            Method::Get => Purpose::Contact,
            _ => Purpose::Write,
        };
        Some(Call {
            request,
            purpose,
            idempotent: true,
        })
    }

    fn source_id(&self) -> &str {
        let path = self.path.split('?').next().unwrap();
        path.rsplit('/').next().unwrap()
    }

    fn inbox(&self) -> &str {
        self.path.split('/').nth(5).unwrap()
    }
}

fn assert_contact(exchange: &Exchange, contact: &Contact) {
    let at = exchange.at();
    let row = exchange.told.as_object().unwrap();
    const KNOWN: [&str; 21] = [
        "source_id",
        "pubsub_token",
        "id",
        "name",
        "email",
        "phone_number",
        "identifier",
        "blocked",
        "additional_attributes",
        "custom_attributes",
        "contact_type",
        "country_code",
        "last_activity_at",
        "created_at",
        "updated_at",
        "last_name",
        "middle_name",
        "location",
        "account_id",
        "company_id",
        "label_list",
    ];
    for key in row.keys() {
        assert!(
            KNOWN.contains(&key.as_str()),
            "{at}: {key} is not looked at"
        );
    }
    assert_eq!(
        contact.id.as_str(),
        exchange.source_id(),
        "{at}: never the number"
    );
    assert_eq!(contact.record, Some(row["id"].to_string()), "{at}");
    for (member, key) in [
        ("name", FieldKey::Name),
        ("email", FieldKey::Email),
        ("phone_number", FieldKey::Phone),
        ("identifier", FieldKey::Identifier),
    ] {
        let told = row.get(member).and_then(Value::as_str).unwrap_or_default();
        assert_eq!(contact.field(key), told, "{at}: {member}");
    }
    let whole = row.contains_key("custom_attributes");
    assert_eq!(
        whole,
        exchange.method != "GET",
        "{at}: a GET tells six members"
    );
    assert_eq!(contact.attributes_known, whole, "{at}");
    let told = row.get("custom_attributes").and_then(Value::as_object);
    let told: BTreeMap<String, Value> = told.cloned().unwrap_or_default().into_iter().collect();
    assert_eq!(contact.attributes, told, "{at}");
    if whole {
        let labels = row["label_list"].as_array().unwrap().iter();
        let labels: BTreeSet<String> = labels.map(|l| l.as_str().unwrap().into()).collect();
        assert_eq!(
            (&contact.tags, contact.tags_read),
            (&labels, TagsRead::All),
            "{at}"
        );
        assert_eq!(
            contact.flag(Flag::Blocked),
            row["blocked"].as_bool(),
            "{at}"
        );
        for (member, read) in [
            ("created_at", contact.created_at),
            ("updated_at", contact.updated_at),
        ] {
            let read = read.map(|t| t.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
            assert_eq!(read.as_deref(), row[member].as_str(), "{at}: {member}");
        }
    } else {
        assert_eq!(contact.tags_read, TagsRead::No, "{at}");
        assert_eq!(
            (contact.created_at, contact.updated_at),
            (None, None),
            "{at}"
        );
    }
    let kept = format!("{contact:?}");
    assert!(
        !kept.contains("PUBSUB"),
        "{at}: the pubsub_token is kept: {kept}"
    );
}

#[test]
fn trap_21_a_get_tells_six_members_and_a_patch_the_whole_record_with_iso_times() {
    let mut seen = BTreeMap::new();
    for exchange in exchanges() {
        let Some(call) = exchange.call() else {
            continue;
        };
        if !exchange.response.is_success() {
            continue;
        }
        let at = exchange.at();
        let verdict = ChatwootPublic.judge(&call.request, &exchange.response);
        assert_eq!(verdict, Verdict::Ok, "{at}");
        let reply = ChatwootPublic.decode(&context(false), &call, &exchange.response);
        let Ok(Reply::Contact(contact)) = reply else {
            panic!("{at}: {reply:?}");
        };
        assert_contact(&exchange, &contact);
        let key = (exchange.release, exchange.method);
        *seen.entry(key).or_insert(0) += 1;
    }
    // Counted in the recordings themselves: a selector that loses some is noticed.
    let counted = [
        (("4.15.1", "GET".to_string()), 4),
        (("4.15.1", "PATCH".to_string()), 18),
        (("4.15.1", "PUT".to_string()), 1),
        (("4.3.0", "PATCH".to_string()), 18),
        (("4.3.0", "PUT".to_string()), 1),
    ];
    assert_eq!(seen, BTreeMap::from(counted));
}

#[test]
fn trap_22_a_wrong_hash_is_a_500_and_every_other_refusal_is_taken_for_what_it_is() {
    let rejected = |message: &str, key: &str| {
        let problem = cardex::http::FieldProblem::new(key, message);
        Verdict::Rejected {
            message: message.into(),
            fields: vec![problem],
        }
    };
    let mut found = 0;
    for exchange in exchanges() {
        let Some(call) = exchange.call() else {
            continue;
        };
        if exchange.response.is_success() {
            continue;
        }
        found += 1;
        let wanted = match exchange.n {
            575..=578 | 598 | 599 => Verdict::NotFound {
                message: "Not Found".into(),
            },
            591 | 611 | 613 => Verdict::Server {
                status: 500,
                message: "Internal Server Error".into(),
            },
            593 => rejected("Email Invalid email", "email"),
            594 => rejected("Phone number should be in e164 format", "phone"),
            600 => Verdict::Rejected {
                message: "Bad Request".into(),
                fields: Vec::new(),
            },
            _ => panic!("{} is not covered", exchange.at()),
        };
        let verdict = ChatwootPublic.judge(&call.request, &exchange.response);
        assert_eq!(verdict, wanted, "{}", exchange.at());
    }
    assert_eq!(found, 12);
}

/// The request as it would leave, with the recorded inbox and hash put in.
fn filled(exchange: &Exchange, call: &Call) -> (String, String, Value) {
    let query = exchange.path.split_once("identifier_hash=").map(|(_, h)| h);
    let hash = query.or_else(|| exchange.sent["identifier_hash"].as_str());
    let url = call
        .request
        .url
        .replace("{inbox_identifier}", exchange.inbox());
    let url = url.replace("{identifier_hash}", hash.unwrap_or("{identifier_hash}"));
    let mut body = call.request.body.clone().unwrap_or(Value::Null);
    if body["identifier_hash"] == json!("{identifier_hash}") {
        body["identifier_hash"] = json!(hash);
    }
    let path = url.strip_prefix(BASE).unwrap().to_string();
    (call.request.method.to_string(), path, body)
}

#[test]
fn the_same_intention_is_sent_as_it_was_recorded() {
    let field = |key, text: &str| Patch {
        fields: [(key, Edit::Set(text.to_string()))].into(),
        ..Patch::default()
    };
    let attribute = |name: &str, value: Value| Patch {
        attributes: [(name.to_string(), Edit::Set(value))].into(),
        ..Patch::default()
    };
    let intentions: Vec<(u64, Patch)> = vec![
        (579, field(FieldKey::Name, "Pia Renamed")),
        (581, field(FieldKey::Email, "pia2@example.com")),
        (584, field(FieldKey::Phone, "+4930999999")),
        (585, attribute("seats", json!(4))),
        (586, attribute("undefined_key", Value::Null)),
        (587, attribute("obj", json!({"a": 1}))),
        (592, field(FieldKey::Name, "Pia Verified")),
        (603, field(FieldKey::Email, "person05@example.org")),
        (614, field(FieldKey::Name, "Changed")),
    ];
    let all = exchanges();
    let new = |n| {
        all.iter()
            .find(|e| e.release == "4.15.1" && e.n == n)
            .unwrap()
    };
    for (n, patch) in intentions {
        let exchange = new(n);
        let context = context(exchange.sent.get("identifier_hash").is_some());
        let id = ContactId::new(exchange.source_id());
        let mut fresh = Contact::new(
            id,
            context.account.clone(),
            cardex::domain::ProviderId::ChatwootPublic,
        );
        let identifier = exchange.sent.get("identifier").and_then(Value::as_str);
        fresh.set_field(FieldKey::Identifier, identifier.unwrap_or_default());
        let calls = ChatwootPublic.update(&context, &fresh, &patch).unwrap();
        let [call] = calls.as_slice() else {
            panic!("{}: {calls:?}", exchange.at());
        };
        let (method, path, body) = filled(exchange, call);
        assert_eq!(
            (method, path),
            (exchange.method.clone(), exchange.path.clone())
        );
        // The order of members means nothing.
        assert_eq!(sorted(&body), sorted(&exchange.sent), "{}", exchange.at());
    }
    // Reading whole is the recorded PATCH that writes nothing; a list reads by the recorded GET.
    let (read, get) = (new(595), new(612));
    let id = ContactId::new(read.source_id());
    let Ok(Reading::Calls(calls)) = ChatwootPublic.read(&context(false), Target::of(&id)) else {
        panic!("there is a call");
    };
    let sent = filled(read, &calls[0]);
    assert_eq!(
        sent,
        (read.method.clone(), read.path.clone(), read.sent.clone())
    );
    let id = ContactId::new(get.source_id());
    let mut known = Contact::new(
        id.clone(),
        AccountName::new("widget"),
        cardex::domain::ProviderId::ChatwootPublic,
    );
    known.set_field(FieldKey::Identifier, "strict-ident-1");
    let target = Target {
        known: Some(&known),
        ..Target::of(&id)
    };
    let call = ChatwootPublic
        .glance(&context(true), target)
        .unwrap()
        .unwrap();
    let (method, path, _) = filled(get, &call);
    assert_eq!((method, path), (get.method.clone(), get.path.clone()));
}

fn sorted(value: &Value) -> Map<String, Value> {
    let mut members: Vec<(String, Value)> =
        value.as_object().unwrap().clone().into_iter().collect();
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members.into_iter().collect()
}

#[test]
fn an_empty_patch_leaves_even_the_time_of_the_last_change() {
    let all = exchanges();
    for release in ["4.15.1", "4.3.0"] {
        let of = |n| {
            all.iter()
                .find(|e| e.release == release && e.n == n)
                .unwrap()
        };
        assert_eq!(of(595).sent, json!({}));
        assert_eq!(
            of(595).told["updated_at"],
            of(592).told["updated_at"],
            "{release}"
        );
    }
}

#[test]
fn the_merged_contact_is_told_by_its_record_and_read_back_under_the_same_source_id() {
    let all = exchanges();
    let new = |n| {
        all.iter()
            .find(|e| e.release == "4.15.1" && e.n == n)
            .unwrap()
    };
    let mut records = Vec::new();
    for n in [603, 604] {
        let exchange = new(n);
        let call = exchange.call().unwrap();
        let reply = ChatwootPublic.decode(&context(false), &call, &exchange.response);
        let Ok(Reply::Contact(contact)) = reply else {
            panic!("{reply:?}");
        };
        assert_eq!(contact.id.as_str(), "merge-src");
        assert_eq!(contact.field(FieldKey::Email), "person05@example.org");
        records.push(contact.record.unwrap());
    }
    assert_eq!(records, ["55", "55"]);
}
