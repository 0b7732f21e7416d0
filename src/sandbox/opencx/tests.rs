//! The fake against the vendor's documents: every call, every error, every switch.

mod answers;
mod lists;
mod odd;
mod writes;

use serde_json::json;

use super::*;

const KEY: &str = "ocx_live_test";
const ANN: &str = "8b0e6c1e-7a55-4a0e-9d3b-0f3f7f0c2a11";
const BEN: &str = "1f3d2c4b-0000-4000-a000-00000000be11";

fn at(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(1_767_225_600_000 + millisecond).unwrap()
}

/// Ann with everything, made at second 0; Ben with nothing, made at second 1.
fn organisation() -> OpenCx {
    let mut fake = OpenCx::new(KEY);
    let mut ann = Contact::new(ANN.into(), at(0));
    ann.name = Some("Ann Lee".into());
    ann.email = Some("Ann@example.com".into());
    ann.phone = Some("+15550100".into());
    ann.custom_data = json!({"plan": "pro", "city": "Pune"}).as_object().cloned();
    fake.insert(ann);
    fake.insert(Contact::new(BEN.into(), at(1_000)));
    fake
}

fn with(change: impl FnOnce(&mut Quirks)) -> OpenCx {
    let mut fake = organisation();
    change(&mut fake.quirks);
    fake
}

fn request(method: &str, target: &str, body: &str) -> Received {
    let mut headers = vec![("Authorization".to_string(), format!("Bearer {KEY}"))];
    if !body.is_empty() {
        headers.push(("content-type".into(), "application/json".into()));
    }
    Received {
        method: method.into(),
        target: target.into(),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

/// The time of every request of [`send`], in milliseconds.
const LATER: i64 = 100_000;

fn answer(fake: &mut OpenCx, method: &str, target: &str, body: &str) -> HttpResponse {
    fake.answer(&request(method, target, body), at(LATER))
}

/// Status and JSON, null where the body is empty.
fn send(fake: &mut OpenCx, method: &str, target: &str, body: &str) -> (u16, Value) {
    let answer = answer(fake, method, target, body);
    let body = match answer.body.as_slice() {
        [] => Value::Null,
        bytes => serde_json::from_slice(bytes).unwrap(),
    };
    (answer.status, body)
}

fn get(fake: &mut OpenCx, target: &str) -> Value {
    let (status, body) = send(fake, "GET", target, "");
    assert_eq!(status, 200, "{target}: {body}");
    body
}

fn patch(fake: &mut OpenCx, contact: Value) -> (u16, Value) {
    let body = json!({ "contact": contact }).to_string();
    send(fake, "PATCH", &format!("/contacts/{ANN}"), &body)
}

fn ids(body: &Value) -> Vec<&str> {
    let items = body["items"].as_array().unwrap();
    items.iter().map(|c| c["id"].as_str().unwrap()).collect()
}

/// A text as a query holds it.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
