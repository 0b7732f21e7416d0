//! Every recorded Chatwoot answer to a call that cardex makes is judged and decoded, and compared with what
//! the recorded JSON says when read here by hand. The data and their origin are in
//! `tests/recordings/chatwoot`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can not go on says so by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cardex::domain::{AccountName, AttributeType, Contact, FieldKey, Flag, TagsRead};
use cardex::http::{HttpRequest, HttpResponse, Method, Verdict};
use cardex::provider::chatwoot::Chatwoot;
use cardex::provider::{Call, Codec, Context, Page, Purpose, Reply, TagsMode};
use serde_json::{Value, json};

const BASE: &str = "https://chatwoot.example.com";
const NEWER: &str = "4.15.1";
const OLDER: &str = "4.3.0";

struct Exchange {
    n: u64,
    version: &'static str,
    method: String,
    path: String,
    sent: Value,
    response: HttpResponse,
    /// The response's body as recorded.
    body: Value,
}

fn exchanges(version: &'static str) -> Vec<Exchange> {
    let file = format!("tests/recordings/chatwoot/{version}.jsonl");
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    text.lines().map(|line| exchange(version, line)).collect()
}

fn exchange(version: &'static str, line: &str) -> Exchange {
    let line: Value = serde_json::from_str(line).unwrap();
    let (request, response) = (&line["request"], &line["response"]);
    let headers = response["headers"].as_object().unwrap();
    let headers = headers
        .iter()
        .map(|(k, v)| (k.clone(), v.as_str().unwrap().to_string()));
    let body = match &response["body"] {
        Value::Null => Vec::new(),
        Value::String(text) => text.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    };
    Exchange {
        n: line["n"].as_u64().unwrap(),
        version,
        method: request["method"].as_str().unwrap().into(),
        path: request["path"].as_str().unwrap().into(),
        sent: request["body"].clone(),
        response: HttpResponse::new(
            u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            headers.collect(),
            body,
        ),
        body: response["body"].clone(),
    }
}

fn both() -> Vec<Exchange> {
    let mut all = exchanges(NEWER);
    all.extend(exchanges(OLDER));
    assert_eq!(all.len(), 634 + 138, "every exchange is there");
    all
}

impl Exchange {
    fn name(&self) -> String {
        format!(
            "{} exchange {} ({} {})",
            self.version, self.n, self.method, self.path
        )
    }

    /// What cardex makes such a call for; `None` where it makes no such call.
    fn purpose(&self) -> Option<Purpose> {
        let path = self.path.split('?').next().unwrap();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let writes = matches!(self.method.as_str(), "PUT" | "PATCH");
        let purpose = match (self.method.as_str(), parts.as_slice()) {
            ("GET", ["api"] | ["api", "v1", "profile"] | ["api", "v1", "accounts", _]) => {
                Purpose::About
            }
            ("GET", ["api", "v1", "accounts", _, "labels"]) => Purpose::Catalogue,
            ("GET", ["api", "v1", "accounts", _, "custom_attribute_definitions"]) => {
                Purpose::Definitions
            }
            (
                "GET",
                [
                    "api",
                    "v1",
                    "accounts",
                    _,
                    "contacts" | "contacts.json" | "contacts.xml",
                ],
            )
            | ("GET", ["api", "v1", "accounts", _, "contacts", "search"])
            | ("POST", ["api", "v1", "accounts", _, "contacts", "filter"]) => Purpose::Page,
            ("GET", ["api", "v1", "accounts", _, "contacts", "active"]) => return None,
            ("GET", ["api", "v1", "accounts", _, "contacts", _]) => Purpose::Contact,
            ("GET", ["api", "v1", "accounts", _, "contacts", id, "labels"]) if digits(id) => {
                Purpose::Tags
            }
            (_, ["api", "v1", "accounts", _, "contacts", _, "labels"]) => Purpose::WriteTags,
            ("POST", ["api", "v1", "accounts", _, "contacts"]) => Purpose::Write,
            ("PUT", ["api", "v1", "accounts", _, "contacts"]) => Purpose::Write,
            (m, ["api", "v1", "accounts", _, "contacts", id])
                if (writes || m == "POST" || m == "DELETE") && digits(id) =>
            {
                Purpose::Write
            }
            (
                "POST",
                [
                    "api",
                    "v1",
                    "accounts",
                    _,
                    "contacts",
                    _,
                    "destroy_custom_attributes",
                ],
            ) => Purpose::Write,
            _ => return None,
        };
        Some(purpose)
    }

    fn call(&self, purpose: Purpose) -> Call {
        let method = match self.method.as_str() {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            other => panic!("{other} is sent by nobody"),
        };
        let mut request = HttpRequest::new(method, format!("{BASE}{}", self.path));
        if self.sent.is_object() {
            request = request.with_body(self.sent.clone());
        }
        Call {
            request,
            purpose,
            idempotent: true,
        }
    }

    /// The member of the query, if it is there.
    fn query(&self, name: &str) -> Option<&str> {
        let query = self.path.split_once('?')?.1;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

fn context() -> Context {
    Context {
        account: AccountName::new("support"),
        base_url: BASE.into(),
        account_id: Some(1),
        email_attribute: None,
        tags_attribute: None,
        tags_mode: TagsMode::Replace,
        identity_hash: false,
        read_only: false,
    }
}

/// The contact holds every member of the recorded row, and nothing else.
fn assert_contact(at: &str, row: &Value, contact: &Contact) {
    const KNOWN: [&str; 14] = [
        "id",
        "name",
        "email",
        "phone_number",
        "identifier",
        "blocked",
        "custom_attributes",
        "additional_attributes",
        "availability_status",
        "created_at",
        "last_activity_at",
        "thumbnail",
        "contact_inboxes",
        "company_id",
    ];
    let row = row.as_object().unwrap();
    for key in row.keys() {
        assert!(
            KNOWN.contains(&key.as_str()),
            "{at}: {key} is not looked at"
        );
    }
    let at = format!("{at}, contact {}", row["id"]);
    assert_eq!(contact.id.as_str(), row["id"].to_string(), "{at}");
    assert_eq!(contact.account.as_str(), "support", "{at}");

    let mut fields = BTreeMap::new();
    for (member, key) in [
        ("name", FieldKey::Name),
        ("email", FieldKey::Email),
        ("phone_number", FieldKey::Phone),
        ("identifier", FieldKey::Identifier),
    ] {
        match &row[member] {
            Value::String(text) if !text.is_empty() => {
                fields.insert(key, text.clone());
            }
            Value::String(_) | Value::Null => {}
            other => panic!("{at}: {member} is {other}"),
        }
    }
    assert_eq!(contact.fields, fields, "{at}");
    let flags = BTreeMap::from([(Flag::Blocked, row["blocked"].as_bool().unwrap())]);
    assert_eq!(contact.flags, flags, "{at}");

    let stored = row["custom_attributes"].as_object().unwrap();
    assert_eq!(contact.attributes.len(), stored.len(), "{at}");
    for (key, value) in stored {
        let read = contact.attributes.get(key).map(ToString::to_string);
        assert_eq!(
            read,
            Some(value.to_string()),
            "{at}: {key}, digit for digit"
        );
    }

    let mut extra: BTreeMap<String, String> = BTreeMap::new();
    for (key, value) in row["additional_attributes"].as_object().unwrap() {
        let mut put = |label: &str, value: &Value| {
            let text = value.as_str().unwrap_or_default().to_string();
            if !text.is_empty() {
                extra.insert(label.into(), text);
            }
        };
        match key.as_str() {
            "city" => put("City", value),
            "country" => put("Country", value),
            "country_code" => put("Country code", value),
            "company_name" => put("Company", value),
            "description" => put("Description", value),
            "new_key" => put("new_key", value),
            "avatar_url_hash" | "last_avatar_sync_at" => {}
            "social_profiles" => {
                for (network, profile) in value.as_object().unwrap() {
                    put(&format!("Social: {network}"), profile);
                }
            }
            other => panic!("{at}: {other} is not looked at"),
        }
    }
    extra.insert(
        "Availability".into(),
        row["availability_status"].as_str().unwrap().into(),
    );
    let mut read = contact.extra.clone();
    for (member, label) in [
        ("created_at", "Created"),
        ("last_activity_at", "Last activity"),
    ] {
        let shown = read.remove(label);
        let seconds = row.get(member).map(|s| s.as_i64().unwrap());
        let shown = shown.map(|s| s.parse::<jiff::Timestamp>().unwrap().as_second());
        assert_eq!(shown, seconds, "{at}: {member}");
    }
    if let Some(picture) = row["thumbnail"].as_str().filter(|p| !p.is_empty()) {
        extra.insert("Picture".into(), picture.into());
    }
    assert_eq!(read, extra, "{at}");

    assert!(
        contact.tags.is_empty() && contact.tags_read == TagsRead::No,
        "{at}: no labels"
    );
    assert_eq!(contact.updated_at, None, "{at}: Chatwoot does not tell");
}

fn assert_page(exchange: &Exchange, page: &Page) {
    let at = exchange.name();
    let rows = exchange.body["payload"].as_array().unwrap();
    assert!(rows.len() <= 15, "{at}");
    assert_eq!(page.contacts.len(), rows.len(), "{at}");
    for (row, contact) in rows.iter().zip(&page.contacts) {
        assert_contact(&at, row, contact);
    }
    let meta = &exchange.body["meta"];
    // What the server took the asked page for.
    let asked = exchange.query("page").map_or(1, |p| match p {
        "" | "abc" | "0" | "-1" | "1.5" => 1,
        number => number.parse().unwrap(),
    });
    let (total, more) = match (&meta["has_more"], meta["count"].as_u64()) {
        (Value::Bool(more), Some(on_page)) => {
            assert_eq!(on_page, rows.len() as u64, "{at}: count is no total here");
            (None, *more)
        }
        (Value::Null, Some(total)) => (Some(total), !rows.is_empty() && asked * 15 < total),
        (Value::Null, None) => (None, false),
        other => panic!("{at}: {other:?}"),
    };
    assert_eq!(page.total, total, "{at}");
    assert_eq!(page.next.is_some(), more, "{at}");
    if let Some(cursor) = &page.next {
        let url = Chatwoot.page(&context(), Some(cursor)).request.url;
        assert!(url.contains(&format!("page={}", asked + 1)), "{at}: {url}");
        // What was searched for is searched for on the next page, too.
        let searched = exchange.query("q").is_some();
        assert_eq!(url.contains("q="), searched, "{at}: {url}");
    }
}

fn assert_reply(exchange: &Exchange, purpose: &Purpose, reply: Reply) {
    let at = exchange.name();
    let body = &exchange.body;
    match (purpose, reply) {
        (Purpose::Page, Reply::Page(page)) => assert_page(exchange, &page),
        (Purpose::Contact | Purpose::Write, Reply::Contact(contact)) => {
            let payload = &body["payload"];
            assert_contact(&at, payload.get("contact").unwrap_or(payload), &contact);
        }
        (Purpose::Write, Reply::Nothing) => assert_eq!(*body, json!(""), "{at}"),
        (Purpose::WriteTags, Reply::Nothing) => assert!(body["payload"].is_array(), "{at}"),
        (Purpose::Tags, Reply::Tags(tags)) => {
            let stored = body["payload"].as_array().unwrap().iter();
            let stored: BTreeSet<String> = stored.map(|t| t.as_str().unwrap().into()).collect();
            assert_eq!(tags, stored, "{at}");
        }
        (Purpose::Catalogue, Reply::Catalogue(titles)) => {
            let stored = body["payload"].as_array().unwrap().iter();
            let stored: Vec<&str> = stored.map(|l| l["title"].as_str().unwrap()).collect();
            assert_eq!(titles, stored, "{at}");
        }
        (Purpose::Definitions, Reply::Definitions(read)) => {
            let rows = body.as_array().unwrap().iter();
            let of_contacts = |d: &&Value| d["attribute_model"] == json!("contact_attribute");
            let rows: Vec<&Value> = rows.filter(of_contacts).collect();
            assert_eq!(read.len(), rows.len(), "{at}");
            for (row, read) in rows.iter().zip(read) {
                let read = json!({
                    "attribute_key": read.key,
                    "attribute_display_name": read.label,
                    "attribute_display_type": read.kind.label(),
                    "attribute_description": read.description,
                    "attribute_values": read.values,
                    "regex_pattern": read.pattern,
                    "regex_cue": read.pattern_hint,
                });
                for (member, value) in read.as_object().unwrap() {
                    let stored = if row[member] == json!("") {
                        &Value::Null
                    } else {
                        &row[member]
                    };
                    assert_eq!(value, stored, "{at}: {member}");
                }
            }
        }
        (Purpose::About, Reply::About(sentences)) => {
            let text = sentences.join("\n");
            let told: &[&Value] = if exchange.path == "/api" {
                &[&body["version"]]
            } else if exchange.path.ends_with("/profile") {
                &[&body["name"], &body["email"], &body["accounts"][0]["role"]]
            } else {
                &[&body["name"]]
            };
            for value in told {
                assert!(text.contains(value.as_str().unwrap()), "{at}: {text}");
            }
            assert!(!text.contains("TOKEN"), "{at}: {text}");
        }
        (_, reply) => panic!("{at}: {reply:?}"),
    }
}

#[test]
fn every_recorded_success_decodes_to_what_it_says() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for exchange in both() {
        let Some(purpose) = exchange.purpose() else {
            continue;
        };
        if !(200..300).contains(&exchange.response.status) {
            continue;
        }
        let call = exchange.call(purpose.clone());
        let verdict = Chatwoot.judge(&call.request, &exchange.response);
        assert_eq!(verdict, Verdict::Ok, "{}", exchange.name());
        let reply = Chatwoot.decode(&context(), &call, &exchange.response);
        let reply = reply.unwrap_or_else(|e| panic!("{}: {e}", exchange.name()));
        assert_reply(&exchange, &purpose, reply);
        *seen.entry(format!("{purpose:?}")).or_default() += 1;
    }
    // Counted in the recordings themselves: a selector that loses some is noticed.
    let expected = [
        ("About", 6),
        ("Catalogue", 3),
        ("Contact", 24),
        ("Definitions", 9),
        ("Page", 234),
        ("Tags", 22),
        ("Write", 127),
        ("WriteTags", 26),
    ];
    let expected = expected.map(|(purpose, count)| (purpose.to_string(), count));
    assert_eq!(seen, BTreeMap::from(expected));
}

#[test]
fn the_pages_of_a_walk_lead_on_to_the_last_and_no_further() {
    let all = exchanges(NEWER);
    for (n, rows, total, next) in [
        (3, 0, 0, None),
        (158, 15, 53, Some("2")),
        (159, 15, 53, Some("2")),
        (160, 15, 53, Some("3")),
        (161, 8, 53, None),
        (162, 0, 53, None),
        (163, 15, 53, Some("2")),
        (165, 15, 53, Some("2")),
    ] {
        let exchange = all.iter().find(|e| e.n == n).unwrap();
        let reply = Chatwoot.decode(
            &context(),
            &exchange.call(Purpose::Page),
            &exchange.response,
        );
        let Ok(Reply::Page(page)) = reply else {
            panic!("{}: {reply:?}", exchange.name());
        };
        let read = (page.contacts.len(), page.total, page.next.map(|c| c.0));
        assert_eq!(
            read,
            (rows, Some(total), next.map(String::from)),
            "{}",
            exchange.name()
        );
    }
}

#[test]
fn every_display_type_is_told_apart() {
    let all = exchanges(NEWER);
    let exchange = all.iter().find(|e| e.n == 59).unwrap();
    let call = exchange.call(Purpose::Definitions);
    let Ok(Reply::Definitions(read)) = Chatwoot.decode(&context(), &call, &exchange.response)
    else {
        panic!("exchange 59 lists definitions");
    };
    let kinds: Vec<(&str, AttributeType)> = read.iter().map(|d| (d.key.as_str(), d.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("nickname", AttributeType::Text),
            ("customer_no", AttributeType::Text),
            ("seats", AttributeType::Number),
            ("deal_size", AttributeType::Currency),
            ("win_chance", AttributeType::Percent),
            ("website", AttributeType::Link),
            ("renewal_date", AttributeType::Date),
            ("plan", AttributeType::List),
            ("opted_in", AttributeType::Checkbox),
        ]
    );
}

/// What a refusal must be taken for.
enum Expected {
    SignIn(&'static str),
    Forbidden(&'static str),
    NotFound(&'static str),
    Rejected(&'static str, &'static [(&'static str, &'static str)]),
    Throttled,
    Server,
    Malformed,
}

/// Every recorded refusal of a call to contacts and their labels: exchanges, version, verdict.
#[rustfmt::skip]
const REFUSALS: &[(&str, &[u64], Expected)] = {
    use Expected::{Forbidden, Malformed, NotFound, Rejected, Server, SignIn, Throttled};
    const E164: &str = "Phone number should be in e164 format";
    const PHONE_TAKEN: &str = "Phone number has already been taken";
    const EMAIL_TAKEN: &str = "Email has already been taken";
    const EMAIL_BAD: &str = "Email Invalid email";
    const NAME_LONG: &str = "Name is too long (maximum is 255 characters)";
    const EMAIL_LONG: &str = "Email is too long (maximum is 255 characters)";
    const ID_TAKEN: &str = "Identifier has already been taken";
    const ID_LONG: &str = "Identifier is too long (maximum is 255 characters)";
    const TAG: &str = "Tag must exist, Tag can't be blank";
    const AVATAR: &str = "Avatar filetype not supported";
    &[
        (NEWER, &[4, 6, 7, 10, 424, 494], SignIn("You need to sign in or sign up before continuing.")),
        (NEWER, &[5, 16, 348, 423], SignIn("Invalid Access Token")),
        (NEWER, &[12], Forbidden("Access to this endpoint is not authorized for bots")),
        (NEWER, &[13], Forbidden("You are not authorized to access this account")),
        (NEWER, &[541], Forbidden("You are not authorized to do this action")),
        (NEWER, &[630, 631], Forbidden("Account is suspended")),
        (NEWER, &[14, 15, 87, 342, 343, 344, 346, 420, 421, 446, 491, 492, 526, 543, 544, 545, 546, 547, 548,
            620, 629], NotFound("Resource could not be found")),
        (NEWER, &[19, 426, 489, 490], NotFound("Not Found")),
        (NEWER, &[150, 153, 422], Rejected("Bad Request", &[])),
        (NEWER, &[210], Rejected("the server can not answer in JSON", &[])),
        (NEWER, &[205, 349], Malformed),
        (NEWER, &[624, 627, 628], Throttled),
        (NEWER, &[123, 132, 149, 168, 273, 278, 279, 280, 282, 283, 284, 291, 294, 301, 302, 308, 311, 320, 336,
            359, 361, 405], Server),
        (NEWER, &[86], Rejected("param is missing or the value is empty: contact email", &[])),
        (NEWER, &[257, 296, 303], Rejected("Invalid operator. The allowed operators for ", &[])),
        (NEWER, &[261, 288, 295], Rejected("Invalid attribute key - [", &[])),
        (NEWER, &[274, 297, 298], Rejected("Invalid value. The values provided for ", &[])),
        (NEWER, &[293], Rejected("Query operator must be either \"AND\" or \"OR\".", &[])),
        (NEWER, &[95, 97, 98, 99, 100, 101, 104, 413, 414, 618], Rejected(EMAIL_BAD, &[("email", EMAIL_BAD)])),
        (NEWER, &[89, 90, 409, 410, 617], Rejected(EMAIL_TAKEN, &[("email", EMAIL_TAKEN)])),
        (NEWER, &[144], Rejected(EMAIL_LONG, &[("email", EMAIL_LONG)])),
        (NEWER, &[91, 411], Rejected(PHONE_TAKEN, &[("phone", PHONE_TAKEN)])),
        (NEWER, &[105, 106, 107, 108, 110, 111, 112, 113, 114, 117, 118, 119, 120, 415, 416, 417, 418],
            Rejected(E164, &[("phone", E164)])),
        (NEWER, &[93], Rejected("Email has already been taken, Phone number has already been taken",
            &[("email", EMAIL_TAKEN), ("phone", PHONE_TAKEN)])),
        (NEWER, &[121], Rejected("Email Invalid email, Phone number should be in e164 format",
            &[("email", EMAIL_BAD), ("phone", E164)])),
        (NEWER, &[92, 412], Rejected(ID_TAKEN, &[("identifier", ID_TAKEN)])),
        (NEWER, &[145], Rejected(ID_LONG, &[("identifier", ID_LONG)])),
        (NEWER, &[142, 143, 397, 619], Rejected(NAME_LONG, &[("name", NAME_LONG)])),
        (NEWER, &[431], Rejected(AVATAR, &[("avatar_url", AVATAR)])),
        (NEWER, &[479], Rejected(TAG, &[("tags", TAG)])),
        (OLDER, &[262, 288, 295], Rejected("Invalid attribute key - [", &[])),
        (OLDER, &[274], Server),
    ]
};

#[test]
fn every_recorded_refusal_is_taken_for_what_it_is() {
    let mut found = 0;
    for exchange in both() {
        let Some(purpose) = exchange.purpose() else {
            continue;
        };
        if (200..300).contains(&exchange.response.status) {
            continue;
        }
        let at = exchange.name();
        let of = |row: &&(&str, &[u64], Expected)| {
            row.0 == exchange.version && row.1.contains(&exchange.n)
        };
        let Some((_, _, expected)) = REFUSALS.iter().find(of) else {
            panic!("{at}: status {} is not covered", exchange.response.status);
        };
        found += 1;
        let request = exchange.call(purpose).request;
        match (Chatwoot.judge(&request, &exchange.response), expected) {
            (Verdict::SignIn { message }, Expected::SignIn(words))
            | (Verdict::Forbidden { message }, Expected::Forbidden(words))
            | (Verdict::NotFound { message }, Expected::NotFound(words)) => {
                assert_eq!(message, *words, "{at}");
            }
            (Verdict::Rejected { message, fields }, Expected::Rejected(words, problems)) => {
                assert!(message.starts_with(words), "{at}: {message}");
                let fields: Vec<(&str, &str)> = fields
                    .iter()
                    .map(|f| (f.key.as_str(), f.message.as_str()))
                    .collect();
                assert_eq!(fields, *problems, "{at}");
            }
            (verdict @ Verdict::Throttled { .. }, Expected::Throttled) => {
                let asked = Verdict::Throttled {
                    retry_after: None,
                    minute_window: true,
                };
                assert_eq!(verdict, asked, "{at}");
            }
            (Verdict::Server { status, message }, Expected::Server) => {
                assert_eq!(
                    (status, message.as_str()),
                    (500, "Internal Server Error"),
                    "{at}"
                );
            }
            (Verdict::Malformed { .. }, Expected::Malformed) => {}
            (verdict, _) => panic!("{at}: {verdict:?}"),
        }
    }
    let listed: usize = REFUSALS.iter().map(|(_, ns, _)| ns.len()).sum();
    assert_eq!(found, listed, "every row of the table was met");
}
