//! The table of answers, row by row, through the whole chain: answer → verdict → trouble and advice → exit code.
//!
//! The answers stand in `tests/taxonomy.toml`. A row of the table that no answer there is decided by fails
//! here, and so does a status of a vendor's fact sheet that is missing there.

use std::collections::BTreeSet;

use cardex::app::failure;
use cardex::cli::exit;
use cardex::config::Account;
use cardex::domain::{AccountName, ProviderId, Trouble, TroubleKind};
use cardex::engine::SaveOutcome;
use cardex::http::{FieldProblem, HttpRequest, HttpResponse, Method, Verdict};
use cardex::provider::taxonomy::{self, Meaning, Row, table};
use cardex::transport::retry::GiveUp;
use cardex::transport::{LastAnswer, SendError};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

/// Providers whose answers are judged, with the statuses that their fact sheets speak of.
const LISTED: [(ProviderId, &[u16]); 5] = [
    (
        ProviderId::Chatwoot,
        &[200, 400, 401, 403, 404, 422, 429, 500, 502, 503, 504],
    ),
    (ProviderId::ChatwootPublic, &[200, 404, 422, 429, 500]),
    (
        ProviderId::OpenCx,
        &[200, 400, 401, 403, 404, 409, 422, 429, 500],
    ),
    (
        ProviderId::RevyOps,
        &[200, 204, 400, 401, 403, 404, 409, 429, 500],
    ),
    (ProviderId::Pabbly, &[200, 400, 401, 404, 429, 500]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    answer: Vec<Answer>,
}

/// One answer, and what is to be made of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    provider: ProviderId,
    what: String,
    call: String,
    sent: Option<String>,
    status: u16,
    #[serde(default)]
    headers: Vec<String>,
    body: String,
    verdict: String,
    kind: Option<TroubleKind>,
    exit: u8,
    says: Option<String>,
    advice: Option<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    taken: Vec<String>,
}

fn answers() -> Vec<Answer> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/taxonomy.toml");
    let text = std::fs::read_to_string(path).unwrap();
    toml::from_str::<Table>(&text).unwrap().answer
}

fn method(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        other => panic!("{other} is no method"),
    }
}

fn account(provider: ProviderId) -> Account {
    Account {
        provider,
        base_url: "https://vendor.example".into(),
        ..Account::local(AccountName::new("desk"))
    }
}

impl Answer {
    fn request(&self) -> HttpRequest {
        let (name, path) = self.call.split_once(' ').unwrap();
        let request = HttpRequest::new(method(name), format!("https://vendor.example{path}"));
        match &self.sent {
            Some(body) => request.with_body(serde_json::from_str(body).unwrap()),
            None => request,
        }
    }

    fn response(&self) -> HttpResponse {
        let kind = match self.body.as_bytes().first() {
            Some(b'<') => "text/html; charset=utf-8",
            Some(b'{' | b'[') => "application/json; charset=utf-8",
            _ => "text/plain",
        };
        let response = HttpResponse::text(self.status, kind, &self.body);
        self.headers.iter().fold(response, |response, header| {
            let (name, value) = header.split_once(": ").unwrap();
            response.with_header(name, value)
        })
    }

    fn row(&self) -> &'static Row {
        taxonomy::row(self.provider, &self.request(), &self.response())
    }

    /// What is wrong with what is made of this answer.
    fn faults(&self) -> Vec<String> {
        let (request, response) = (self.request(), self.response());
        let verdict = taxonomy::judge(self.provider, &request, &response);
        let mut faults = Vec::new();
        let mut same = |what: &str, came: String, wanted: String| {
            if came != wanted {
                faults.push(format!("{what}: {came}, expected {wanted}"));
            }
        };
        same("verdict", word(&verdict).into(), self.verdict.clone());
        if let Some(codec) = cardex::provider::codec(self.provider) {
            let judged = codec.judge(&request, &response);
            same("the codec", format!("{judged:?}"), format!("{verdict:?}"));
        }
        let problems: &[FieldProblem] = match &verdict {
            Verdict::Rejected { fields, .. } => fields,
            _ => &[],
        };
        let keys = |taken: bool| -> Vec<&str> {
            let meant = problems.iter().filter(|p| !taken || p.taken);
            meant.map(|p| p.key.as_str()).collect()
        };
        same(
            "fields",
            format!("{:?}", keys(false)),
            format!("{:?}", self.fields),
        );
        same(
            "taken",
            format!("{:?}", keys(true)),
            format!("{:?}", self.taken),
        );

        let trouble = self.trouble(&request, verdict.clone(), &response);
        let kind = trouble.as_ref().map(|t| t.kind);
        same("kind", format!("{kind:?}"), format!("{:?}", self.kind));
        let code = trouble.as_ref().map_or(exit::DONE, exit::of_trouble);
        same("exit code", code.to_string(), self.exit.to_string());
        if let Verdict::Rejected { message, fields } = verdict {
            let partly = false;
            let refused = SaveOutcome::Refused {
                message,
                fields,
                partly,
                stored: None,
            };
            same(
                "a save's exit code",
                exit::of_outcome(&refused).to_string(),
                code.to_string(),
            );
        }
        let (message, hint) = match &trouble {
            Some(t) => (t.message.as_str(), t.hint.as_deref().unwrap_or_default()),
            None => ("", ""),
        };
        for (place, phrase) in [(message, &self.says), (hint, &self.advice)] {
            let phrase = phrase.as_deref().unwrap_or_default();
            if !place.contains(phrase) {
                faults.push(format!("{phrase:?} is not said in {place:?}"));
            }
        }
        if self.row().advice.is_some() && self.advice.is_none() && self.fields.is_empty() {
            faults.push(format!("its advice is not expected: {hint:?}"));
        }
        faults
    }

    /// What a person is told; nothing where it is no failure. 429s are asked again until that is given up.
    fn trouble(
        &self,
        request: &HttpRequest,
        verdict: Verdict,
        response: &HttpResponse,
    ) -> Option<Trouble> {
        if verdict.is_ok() {
            return None;
        }
        let response = response.clone();
        let error = match verdict {
            Verdict::Throttled { .. } => SendError::GaveUp {
                why: GiveUp::Attempts(3),
                last: Some(Box::new(LastAnswer { verdict, response })),
                sent: 3,
                maybe_arrived: false,
            },
            verdict => SendError::Refused(verdict, response),
        };
        let account = account(self.provider);
        Some(failure::of_send(
            &account,
            request,
            "saving contact 1",
            &error,
        ))
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Empty => "empty",
        Verdict::Throttled { .. } => "throttled",
        Verdict::SignIn { .. } => "sign_in",
        Verdict::Forbidden { .. } => "forbidden",
        Verdict::NotFound { .. } => "not_found",
        Verdict::Rejected { .. } => "rejected",
        Verdict::Server { .. } => "server",
        Verdict::Malformed { .. } => "malformed",
    }
}

#[test]
fn every_answer_means_and_advises_what_the_table_says() {
    let mut wrong = Vec::new();
    for answer in answers() {
        let faults = answer.faults();
        if !faults.is_empty() {
            let Answer { provider, what, .. } = &answer;
            wrong.push(format!("{provider}: {what}\n    {}", faults.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_row_decides_about_some_answer() {
    let decided: BTreeSet<*const Row> = answers()
        .iter()
        .map(|a| std::ptr::from_ref(a.row()))
        .collect();
    let rows = table::ROWS.iter().chain([&table::ELSE]);
    let idle = rows.filter(|row| !decided.contains(&std::ptr::from_ref(*row)));
    let idle: Vec<String> = idle.map(|row| format!("{row:?}")).collect();
    assert!(
        idle.is_empty(),
        "no answer in taxonomy.toml is for\n{}",
        idle.join("\n")
    );
}

#[test]
fn every_status_of_the_fact_sheets_has_an_answer() {
    let answers = answers();
    for (provider, statuses) in LISTED {
        for status in statuses {
            let there = |a: &Answer| a.provider == provider && a.status == *status;
            assert!(answers.iter().any(there), "{provider} {status}");
        }
    }
    let named: BTreeSet<ProviderId> = LISTED.iter().map(|(p, _)| *p).collect();
    let judged = ProviderId::ALL
        .into_iter()
        .filter(|p| *p != ProviderId::Local)
        .collect::<BTreeSet<_>>();
    assert!(
        judged.is_subset(&named),
        "every provider with an API is listed"
    );
}

#[test]
fn advice_is_one_sentence_part_and_only_where_something_failed() {
    for row in table::ROWS {
        let Some(advice) = row.advice else { continue };
        assert!(
            !advice.ends_with(['.', ' ']) && !advice.contains('\n'),
            "{advice}"
        );
        assert!(
            !matches!(row.meaning, Meaning::Ok | Meaning::Empty),
            "{row:?}"
        );
    }
}

/// Requests of every kind that rows tell apart.
fn request() -> impl Strategy<Value = HttpRequest> {
    let call = prop::sample::select(vec![
        "GET /contacts?page=1",
        "GET /contacts?page=2",
        "GET /contacts/7",
        "GET /contacts/search?q=a",
        "GET /chat/sessions/search?q=a",
        "POST /contacts/filter",
        "PATCH /contacts/7",
        "PUT /contacts/7",
        "DELETE /contacts/7",
    ]);
    let body = prop::sample::select(vec![
        Value::Null,
        json!([]),
        json!({"email": "a", "phone_number": "b", "company_id": 1, "linkedin_url": "c"}),
        json!({"contact": {"email": "a", "phone": "b", "custom_data": {"k": "v"}}}),
        json!({"contact_custom_fields": [{"field_name": "k", "field_value": null}, 7]}),
    ]);
    (call, body).prop_map(|(call, body)| {
        let (name, path) = call.split_once(' ').unwrap();
        let url = format!("https://vendor.example{path}");
        let request = HttpRequest::new(method(name), url);
        if body.is_null() {
            request
        } else {
            request.with_body(body)
        }
    })
}

/// Bytes, and JSON whose members are those that readers look for.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u16>().prop_map(Value::from),
        "[a-z@ ]{0,8}".prop_map(Value::from),
        Just(json!(
            "email has already been taken, \"k\" custom_data.k company"
        )),
    ];
    let member = prop::sample::select(vec![
        "error",
        "errors",
        "message",
        "attributes",
        "status",
        "statusCode",
        "success",
        "detail",
        "data",
        "email",
        "company_id",
        "contact_custom_fields",
        "failedContacts",
        "field_value",
        "_id",
    ]);
    let value = leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((member.clone(), inner), 0..4).prop_map(|members| {
                let members = members.into_iter().map(|(name, v)| (name.to_string(), v));
                Value::Object(members.collect())
            }),
        ]
    });
    prop_oneof![
        value.prop_map(|v| v.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..120),
        Just(b"<!DOCTYPE html>".to_vec()),
        Just(Vec::new()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn any_answer_is_judged_and_none_above_299_is_ok(
        request in request(),
        status in 100_u16..600,
        kind in prop::sample::select(vec!["application/json", "text/html", "text/plain"]),
        body in body(),
    ) {
        let response = HttpResponse::new(status, vec![("content-type".into(), kind.into())], body);
        for (provider, _) in LISTED {
            let verdict = taxonomy::judge(provider, &request, &response);
            prop_assert!(verdict != Verdict::Ok || (200..300).contains(&status));
            let lists = provider == ProviderId::RevyOps && request.method == Method::Get;
            prop_assert!(verdict != Verdict::Empty || (lists && status == 404), "{verdict:?}");
            // What is read of a refusal is words: of bounded length, on one line.
            let told = match &verdict {
                Verdict::Ok | Verdict::Empty | Verdict::Throttled { .. } => "",
                Verdict::SignIn { message } | Verdict::Forbidden { message }
                | Verdict::NotFound { message } | Verdict::Rejected { message, .. }
                | Verdict::Server { message, .. } | Verdict::Malformed { message } => message,
            };
            prop_assert!(told.chars().count() <= 600);
            // A write that was refused was not looked for in what the provider holds: no field twice.
            if let Verdict::Rejected { fields, .. } = &verdict {
                let keys: BTreeSet<&String> = fields.iter().map(|p| &p.key).collect();
                prop_assert_eq!(keys.len(), fields.len());
            }
        }
    }
}
