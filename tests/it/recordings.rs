//! Proves the fake Chatwoot against recordings of real servers: every recorded request, in order, must
//! be answered with the recorded status, content type and body.
//!
//! Compared after masking what no two servers share: times, random tokens, invented names, addresses of
//! pictures. The order of rows the database chose itself is judged by `same_rows`.

#![allow(
    clippy::expect_used,
    reason = "a recording that can not be read must stop the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cardex::http::HttpResponse;
use cardex::sandbox::chatwoot::{Chatwoot, Role, Version};
use cardex::sandbox::{Fake, Received};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Exchanges the fake answers otherwise, and why. One that no longer differs fails the test.
const EXCEPTIONS: &[(u64, &str)] = &[(
    531,
    "conversations are outside the sandbox: a contact has none",
)];

const NEW: &str = include_str!("../recordings/chatwoot/4.15.1.jsonl");
const OLD: &str = include_str!("../recordings/chatwoot/4.3.0.jsonl");
const UNRECORDED: &str = include_str!("../recordings/chatwoot/unrecorded.jsonl");

#[test]
fn chatwoot_4_15_1_answers_as_recorded() {
    Replay::new(Version::V4_15_1).run();
}

#[test]
fn chatwoot_4_3_0_answers_as_recorded() {
    Replay::new(Version::V4_3_0).run();
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a recording is JSON"))
        .collect()
}

fn number(exchange: &Value) -> u64 {
    exchange["n"].as_u64().expect("a recording has a number")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

struct Replay {
    fake: Chatwoot,
    version: Version,
    now: Timestamp,
    exchanges: Vec<Value>,
    /// The answer before the current one, as recorded.
    previous: Value,
    /// The ETag the fake gave to the request sent just before a conditional one.
    etag: Option<String>,
}

impl Replay {
    fn new(version: Version) -> Self {
        let now: Timestamp = "2026-11-21T05:31:20Z".parse().expect("a time");
        let mut fake = Chatwoot::new(version);
        let acme = fake.add_account("Acme Inc", now);
        let other = fake.add_account("Other Org", now);
        let admin = (acme, Role::Administrator);
        let ada = fake.add_user("Ada Admin", "ada.admin@example.com", "TOKEN", &[admin]);
        fake.add_user(
            "Al Agent",
            "al@example.com",
            "TOKEN_AGENT",
            &[(acme, Role::Agent)],
        );
        let owner = (other, Role::Administrator);
        fake.add_user(
            "Oz Owner",
            "oz@example.com",
            "TOKEN_OTHER_ACCOUNT",
            &[owner],
        );
        fake.add_bot("Bot", "TOKEN_BOT");
        fake.add_session(ada, "ACCESS_TOKEN", "CLIENT");
        Self {
            fake,
            version,
            now,
            exchanges: exchanges(version),
            previous: Value::Null,
            etag: None,
        }
    }

    fn run(&mut self) {
        let mut report = String::new();
        let mut failures = 0;
        for exchange in std::mem::take(&mut self.exchanges) {
            let n = number(&exchange);
            for step in lines(UNRECORDED) {
                if step["before"].as_u64() == Some(n) {
                    self.send_unrecorded(&step);
                }
            }
            self.step_without_request(n);
            let request = self.received(&exchange["request"]);
            let answer = self.answer(&request);
            let verdict = self.compare(&exchange, &request, &answer);
            let excused = EXCEPTIONS.iter().find(|(number, _)| *number == n);
            let complaint = match (verdict, excused) {
                (Ok(()), Some((_, why))) => Some(format!("needs no exception any more ({why})")),
                (Err(complaint), None) => Some(complaint),
                _ => None,
            };
            if let Some(complaint) = complaint {
                failures += 1;
                let name = text(&exchange["name"]);
                writeln!(report, "{n:03} {name}: {complaint}\n").expect("text");
            }
            self.previous = exchange["response"]["body"].clone();
        }
        assert_eq!(failures, 0, "{:?}\n{report}", self.version);
    }

    fn answer(&mut self, request: &Received) -> HttpResponse {
        self.now += SignedDuration::from_millis(7);
        self.fake.answer(request, self.now)
    }

    /// A request between the recordings, inferred from later answers.
    fn send_unrecorded(&mut self, step: &Value) {
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        if let Some(token) = step["token"].as_str() {
            headers.push(("api_access_token".into(), token.into()));
        }
        let answer = self.answer(&Received {
            method: text(&step["method"]).into(),
            target: text(&step["path"]).into(),
            headers,
            body: step["body"].to_string().into_bytes(),
        });
        assert_eq!(
            answer.status,
            200,
            "{step} was answered {}",
            answer.text_body()
        );
    }

    /// What happened between the recordings and was no request of the client.
    fn step_without_request(&mut self, n: u64) {
        match n {
            70 | 71 => {
                // The keys an inbox was given are random, and recorded hashes follow from them.
                let (token, identifier) = (
                    &self.previous["hmac_token"],
                    &self.previous["inbox_identifier"],
                );
                self.fake
                    .set_inbox_tokens(n - 69, text(identifier), text(token));
            }
            158 => {
                // Messages came in through the inbox, in this order.
                for (seconds, contact) in (1..).zip([53, 50, 57]) {
                    let at = self.now + SignedDuration::from_secs(seconds);
                    self.fake
                        .edit_contact(contact, at, |c| c.last_activity_at = Some(at));
                }
            }
            205 => {
                self.etag =
                    self.etag_of("/api/v1/accounts/1/contacts?page=2&include_contact_inboxes=false")
            }
            349 => self.etag = self.etag_of("/api/v1/accounts/1/contacts/1"),
            // Background jobs run some seconds after a label was renamed or deleted.
            498 | 501 => self.now += SignedDuration::from_secs(5),
            623 => {
                self.next_minute();
                for _ in 0..99 {
                    self.get(
                        "/api/v1/accounts/2/contacts/search?q=x",
                        "TOKEN_OTHER_ACCOUNT",
                        "203.0.113.7",
                    );
                }
            }
            627 => {
                self.next_minute();
                for _ in 0..3000 {
                    self.get("/api", "TOKEN", "203.0.113.9");
                }
            }
            630 => self.fake.suspend(2, true),
            633 => {
                let third = self.previous["payload"][2]["id"]
                    .as_u64()
                    .expect("a third contact");
                let now = self.now;
                self.fake.edit_contact(third, now, |c| {
                    c.custom_attributes.insert("touched".into(), json!(true));
                });
            }
            _ => {}
        }
    }

    /// Throttles count clock minutes, and thousands of requests must fit into one.
    fn next_minute(&mut self) {
        let left = 60 - self.now.as_second().rem_euclid(60);
        self.now += SignedDuration::from_secs(left);
    }

    fn get(&mut self, target: &str, token: &str, address: &str) -> HttpResponse {
        let headers = vec![
            ("api_access_token".into(), token.into()),
            ("X-Forwarded-For".into(), address.into()),
        ];
        self.now += SignedDuration::from_micros(10);
        let request = Received {
            method: "GET".into(),
            target: target.into(),
            headers,
            body: Vec::new(),
        };
        self.fake.answer(&request, self.now)
    }

    fn etag_of(&mut self, target: &str) -> Option<String> {
        let answer = self.get(target, "TOKEN", "127.0.0.1");
        answer.header("etag").map(str::to_owned)
    }

    fn received(&self, request: &Value) -> Received {
        let sent = request["headers"].as_object().expect("headers");
        let headers = sent
            .iter()
            .map(|(name, value)| {
                let own = self.etag.clone().filter(|_| name == "If-None-Match");
                (name.clone(), own.unwrap_or_else(|| text(value).to_owned()))
            })
            .collect();
        let body = match (&request["body_raw"], &request["body"]) {
            (Value::String(raw), _) if raw.starts_with("{\"name\":\"bad ") => raw
                .split('\u{fffd}')
                .map(str::as_bytes)
                .collect::<Vec<_>>()
                .join(&0xff),
            (Value::String(raw), _) => raw.clone().into_bytes(),
            (_, Value::Null) => Vec::new(),
            (_, body) => body.to_string().into_bytes(),
        };
        Received {
            method: text(&request["method"]).into(),
            target: text(&request["path"]).into(),
            headers,
            body,
        }
    }

    fn compare(
        &mut self,
        exchange: &Value,
        request: &Received,
        answer: &HttpResponse,
    ) -> Result<(), String> {
        let recorded = &exchange["response"];
        if recorded["status"].as_u64() != Some(u64::from(answer.status)) {
            let (status, body) = (&recorded["status"], answer.text_body());
            return Err(format!(
                "recorded {status}, answered {} {body}",
                answer.status
            ));
        }
        let headers = recorded["headers"].as_object().expect("headers").iter();
        for (name, value) in headers.filter(|(_, value)| value.is_string()) {
            let own = answer.header(name).unwrap_or_default();
            let same = name == "etag" && !own.is_empty() || own.eq_ignore_ascii_case(text(value));
            if !same {
                return Err(format!("header {name}: recorded {value}, answered {own:?}"));
            }
        }
        let hides_keys = (69..=70).contains(&number(exchange));
        let expected = masked(&recorded["body"], hides_keys);
        let actual = masked(&body_of(&recorded["body"], answer), hides_keys);
        if expected == actual {
            return same_bytes(recorded, &expected, answer);
        }
        let rows = |body: &Value| body["meta"].is_object() && body["payload"].is_array();
        if rows(&expected) && rows(&actual) {
            return self.same_rows(request, &expected, &actual);
        }
        Err(format!("\n  recorded {expected}\n  answered {actual}"))
    }

    /// Where the database chose the order itself (no sort key it knows, or equal values of it), a page
    /// holds as many rows with the same values in the same order, and each recorded row is, as recorded,
    /// among those the fake finds on all pages of the same request. Times of creation are never equal.
    fn same_rows(
        &mut self,
        request: &Received,
        expected: &Value,
        actual: &Value,
    ) -> Result<(), String> {
        if expected["meta"] != actual["meta"] {
            let (recorded, answered) = (&expected["meta"], &actual["meta"]);
            return Err(format!("meta: recorded {recorded}, answered {answered}"));
        }
        let ids = |body: &Value| -> Vec<u64> {
            let rows = body["payload"].as_array().expect("rows").iter();
            rows.map(|row| row["id"].as_u64().unwrap_or(0)).collect()
        };
        let keys = self.sort_keys(request);
        let values = |body: &Value| -> Vec<Vec<Value>> {
            let rows = body["payload"].as_array().expect("rows").iter();
            rows.map(|row| keys.iter().map(|key| sort_value(row, key)).collect())
                .collect()
        };
        let orders = format!(
            "\n  recorded {:?}\n  answered {:?}",
            ids(expected),
            ids(actual)
        );
        if ids(expected).iter().collect::<BTreeSet<_>>().len() != ids(actual).len() {
            return Err(format!("another number of rows{orders}"));
        }
        if values(expected) != values(actual)
            || keys.contains(&"created_at") && ids(expected) != ids(actual)
        {
            return Err(format!("another order of {keys:?}{orders}"));
        }
        let found = self.all_pages(request);
        for row in expected["payload"].as_array().expect("rows") {
            let id = row["id"].as_u64().unwrap_or(0);
            match found.get(&id) {
                None => return Err(format!("contact {id} is not found{orders}")),
                Some(own) if own != row => {
                    return Err(format!("\n  recorded {row}\n  answered {own}"));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn all_pages(&mut self, request: &Received) -> BTreeMap<u64, Value> {
        let query: Vec<&str> = request
            .query()
            .split('&')
            .filter(|q| !q.starts_with("page="))
            .collect();
        let mut found = BTreeMap::new();
        for page in 1.. {
            let mut request = request.clone();
            request.target = format!("{}?{}&page={page}", request.path(), query.join("&"));
            request
                .headers
                .retain(|(name, _)| name != "X-Forwarded-For");
            let answer = self.fake.answer(&request, self.now);
            let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
            let rows = masked(&body, false)["payload"]
                .as_array()
                .cloned()
                .expect("rows");
            if rows.is_empty() {
                break;
            }
            found.extend(
                rows.into_iter()
                    .map(|row| (row["id"].as_u64().unwrap_or(0), row)),
            );
        }
        found
    }

    /// The keys of `sort` this version knows, in the server's order.
    fn sort_keys(&self, request: &Received) -> Vec<&'static str> {
        let company = match self.version {
            Version::V4_15_1 => "company_name",
            Version::V4_3_0 => "company",
        };
        let known = [
            "email",
            "name",
            "phone_number",
            "last_activity_at",
            "created_at",
            company,
            "city",
            "country",
        ];
        let mut query = request.query().split('&');
        let sort = query
            .find_map(|q| q.strip_prefix("sort="))
            .unwrap_or_default();
        let asked: Vec<&str> = sort
            .split(',')
            .map(|key| key.trim_start_matches('-'))
            .collect();
        known
            .into_iter()
            .filter(|key| asked.contains(key))
            .collect()
    }
}

/// What the database compares: names without case, attributes from where they are kept.
fn sort_value(row: &Value, key: &str) -> Value {
    match key {
        "name" => row["name"]
            .as_str()
            .map_or(Value::Null, |name| name.to_lowercase().into()),
        "company" | "company_name" => row["additional_attributes"]["company_name"].clone(),
        "city" | "country" => row["additional_attributes"][key].clone(),
        _ => row[key].clone(),
    }
}

/// The whole sequence for a version: the requests of 4.15.1, with the answers of 4.3.0 where they differ.
fn exchanges(version: Version) -> Vec<Value> {
    let mut all = lines(NEW);
    if version == Version::V4_15_1 {
        return all;
    }
    // The inboxes of the two servers had different random keys; both runs use those of 4.15.1.
    let mut old = OLD.to_owned();
    let key = |all: &[Value], n: u64, key: &str| {
        let exchange = all.iter().find(|e| number(e) == n).expect("recorded");
        text(&exchange["response"]["body"][key]).to_owned()
    };
    for n in [69, 70] {
        for name in ["hmac_token", "inbox_identifier"] {
            old = old.replace(&key(&lines(OLD), n, name), &key(&all, n, name));
        }
    }
    for (mut exchange, as_recorded) in lines(&old).into_iter().zip(lines(OLD)) {
        if exchange["response"] != as_recorded["response"] {
            // The ETag is that of the answer with the other key.
            exchange["response"]["headers"]["etag"].take();
        }
        let same = all
            .iter_mut()
            .find(|e| number(e) == number(&exchange))
            .expect("the same number");
        assert_eq!(same["request"]["path"], exchange["request"]["path"]);
        assert_eq!(same["request"]["method"], exchange["request"]["method"]);
        same["response"] = exchange["response"].clone();
    }
    all
}

/// Where nothing had to be masked, the ETag (a hash of the body) shows that every byte is the same.
fn same_bytes(recorded: &Value, masked: &Value, answer: &HttpResponse) -> Result<(), String> {
    let etag = recorded["headers"]["etag"].as_str();
    if *masked != recorded["body"] || etag.is_none() || answer.body.is_empty() {
        return Ok(());
    }
    if answer.header("etag") == etag {
        Ok(())
    } else {
        Err(format!("other bytes than recorded: {}", answer.text_body()))
    }
}

/// The answer's body in the form the recording has: JSON, text, or null.
fn body_of(recorded: &Value, answer: &HttpResponse) -> Value {
    let text = answer.text_body();
    match recorded {
        Value::String(_) => text.into(),
        _ => serde_json::from_slice(&answer.body).unwrap_or_else(|_| text.into()),
    }
}

/// A value without what differs between any two servers.
fn masked(value: &Value, hides_keys: bool) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| masked(item, hides_keys)).collect(),
        Value::Object(object) => object
            .iter()
            // The server's bookkeeping about pictures comes and goes with its clock.
            .filter(|(key, _)| !matches!(key.as_str(), "avatar_url_hash" | "last_avatar_sync_at"))
            .map(|(key, value)| (key.clone(), masked_field(key, value, hides_keys)))
            .collect(),
        other => other.clone(),
    }
}

fn masked_field(key: &str, value: &Value, hides_keys: bool) -> Value {
    let drawn = |value: &Value| {
        value
            .as_str()
            .filter(|t| !t.is_empty())
            .map(|_| json!("<random>"))
    };
    let mask = match key {
        "created_at" | "updated_at" | "last_activity_at" | "timestamp" => match value {
            Value::Number(_) => Some(json!(0)),
            // The format must still be the same.
            Value::String(time) => Some(time.replace(|c: char| c.is_ascii_digit(), "0").into()),
            _ => None,
        },
        "pubsub_token" | "secret" | "forward_to_email" | "thumbnail" => drawn(value),
        "hmac_token" | "inbox_identifier" if hides_keys => drawn(value),
        "source_id" if value.as_str().is_some_and(is_uuid) => drawn(value),
        "name" if value.as_str().is_some_and(is_invented) => drawn(value),
        _ => None,
    };
    mask.unwrap_or_else(|| masked(value, hides_keys))
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Names like `quiet-river-123`, which the server invents for visitors.
fn is_invented(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let word = |part: &str| part.chars().all(|c| c.is_ascii_lowercase());
    matches!(parts.as_slice(), [a, b, n] if word(a) && word(b) && n.parse::<u16>().is_ok())
}
