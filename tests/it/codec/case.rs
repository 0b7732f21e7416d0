//! One golden case: what its files mean, what the codec makes of them, how that is written down.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cardex::domain::{AccountName, Contact, ContactId, FieldKey, Filter, Patch, ProviderId};
use cardex::http::{FieldProblem, HttpRequest, HttpResponse, Method, Verdict};
use cardex::provider::{
    Call, Codec, Context, Cursor, Purpose, Reading, Reply, TagsMode, Target, Unsupported,
};
use serde_json::{Map, Value, json};

/// The files of a case, and the codec they are about.
pub(super) struct Case {
    codec: &'static dyn Codec,
    folder: PathBuf,
    context: Context,
    purpose: Option<String>,
    edit: Option<(Contact, Patch)>,
    /// Label (`""`, `-LABEL`) to answer.
    responses: BTreeMap<String, HttpResponse>,
    /// Expectation files that are there.
    expectations: BTreeSet<String>,
}

/// The requests that a reading begins with: of every list the first page.
pub(crate) fn calls_of(codec: &dyn Codec, context: &Context, reading: Reading) -> Vec<Call> {
    match reading {
        Reading::Calls(calls) => calls,
        Reading::Lists(lists) => lists
            .into_iter()
            .map(|list| codec.page(context, Some(&list.start)))
            .collect(),
    }
}

impl Case {
    /// Reads a case. The error names the file and what is wrong with it.
    pub(super) fn load(
        id: ProviderId,
        codec: &'static dyn Codec,
        folder: &Path,
    ) -> Result<Self, String> {
        let mut context = json_file(&folder.with_file_name("context.json"))?;
        let mut purpose = None;
        let (mut fresh, mut patch) = (None, None);
        let mut responses = BTreeMap::new();
        let mut expectations = BTreeSet::new();
        for name in super::names(folder) {
            let path = folder.join(&name);
            match name.as_str() {
                "context.json" => overlay(&mut context, json_file(&path)?, &name)?,
                "purpose" => purpose = Some(text_file(&path)?.trim().to_string()),
                "fresh.json" => fresh = Some(contact(id, &context, json_file(&path)?)?),
                "patch.json" => patch = Some(parse_patch(&text_file(&path)?)?),
                "requests.http" | "refused.json" => {
                    expectations.insert(name);
                }
                other => {
                    let part = |start, end| other.strip_prefix(start)?.strip_suffix(end);
                    let labelled = |l: &&str| l.is_empty() || l.starts_with('-');
                    if let Some(label) = part("response", ".http").filter(labelled) {
                        let bytes = std::fs::read(&path).map_err(|e| format!("{name}: {e}"))?;
                        let response = parse_response(&bytes);
                        let response = response.map_err(|e| format!("{name}: {e}"))?;
                        responses.insert(label.to_string(), response);
                    } else if part("expected", ".json").filter(labelled).is_some() {
                        expectations.insert(name);
                    } else {
                        return Err(format!("{name}: unknown file"));
                    }
                }
            }
        }
        let edit = match (fresh, patch) {
            (Some(fresh), Some(patch)) => Some((fresh, patch)),
            (None, None) => None,
            _ => return Err("fresh.json and patch.json come together".into()),
        };
        if edit.is_none() && purpose.is_none() {
            return Err("neither patch.json nor purpose: nothing to do".into());
        }
        if !responses.is_empty() && purpose.is_none() {
            return Err("an answer needs a purpose to be read by".into());
        }
        Ok(Self {
            codec,
            folder: folder.to_path_buf(),
            context: parse_context(&context)?,
            purpose,
            edit,
            responses,
            expectations,
        })
    }

    /// Compares what the codec makes of the case with its expectations, or writes them.
    pub(super) fn check(mut self, bless: bool) -> Result<(), String> {
        let outcomes = self.outcomes()?;
        let mut failures = String::new();
        for (name, actual) in &outcomes {
            let path = self.folder.join(name);
            let there = self.expectations.remove(name);
            let wanted = if there {
                text_file(&path)?
            } else {
                String::new()
            };
            if bless && (!there || wanted != *actual) {
                std::fs::write(&path, actual).map_err(|e| format!("{name}: {e}"))?;
            } else if !there {
                writeln!(failures, "{name} is missing; it would be:\n{actual}").unwrap();
            } else if wanted != *actual {
                writeln!(failures, "{name}: (- expected, + came)").unwrap();
                failures.push_str(&difference(&wanted, actual));
            }
        }
        for stray in &self.expectations {
            if bless {
                let path = self.folder.join(stray);
                std::fs::remove_file(path).map_err(|e| format!("{stray}: {e}"))?;
            } else {
                writeln!(failures, "{stray}: nothing in this case produces it").unwrap();
            }
        }
        if failures.is_empty() {
            Ok(())
        } else {
            Err(failures)
        }
    }

    /// The account that it is about.
    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    /// What is edited, and how, where something is.
    pub(super) fn edit(&self) -> Option<&(Contact, Patch)> {
        self.edit.as_ref()
    }

    /// The calls of a case that edits nothing and asks something.
    pub(super) fn asked(&self) -> Vec<Call> {
        let Some(purpose) = self.purpose.as_ref().filter(|_| self.edit.is_none()) else {
            return Vec::new();
        };
        // An answer to a write without an edit is read as that of a made-up request.
        if numbered(purpose).1.starts_with("write") {
            return Vec::new();
        }
        let calls = calls_for(self.codec, &self.context, purpose);
        calls.ok().and_then(Result::ok).unwrap_or_default()
    }

    /// Expectation file name to what came.
    fn outcomes(&self) -> Result<Vec<(String, String)>, String> {
        let mut outcomes = Vec::new();
        let calls = match (&self.edit, &self.purpose) {
            (Some((fresh, patch)), _) => self.codec.update(&self.context, fresh, patch),
            (None, Some(purpose)) => calls_for(self.codec, &self.context, purpose)?,
            (None, None) => Ok(Vec::new()),
        };
        if self.edit.is_some() || self.responses.is_empty() {
            outcomes.push(match &calls {
                Ok(calls) => ("requests.http".to_string(), requests(calls)),
                Err(Unsupported(problems)) => ("refused.json".to_string(), refused(problems)),
            });
        }
        if self.responses.is_empty() {
            return Ok(outcomes);
        }
        let calls = calls.map_err(|e| format!("there is no call to answer: {e}"))?;
        let (number, purpose) = numbered(self.purpose.as_deref().unwrap_or_default());
        let word = purpose.split(' ').next().unwrap_or_default();
        let mut matching = calls.iter().filter(|c| word_of(&c.purpose) == word);
        let call = matching
            .nth(number - 1)
            .ok_or_else(|| format!("purpose: the codec makes no such call ({purpose})"))?;
        for (label, response) in &self.responses {
            let came = self.reading(call, response);
            let came = serde_json::to_string_pretty(&came).map_err(|e| e.to_string())?;
            outcomes.push((format!("expected{label}.json"), came + "\n"));
        }
        Ok(outcomes)
    }

    fn reading(&self, call: &Call, response: &HttpResponse) -> Value {
        let verdict = self.codec.judge(&call.request, response);
        if !verdict.is_ok() {
            return json!({ "verdict": verdict_json(&verdict) });
        }
        match self.codec.decode(&self.context, call, response) {
            Ok(reply) => json!({"verdict": verdict_json(&verdict), "reply": reply_json(&reply)}),
            Err(error) => {
                json!({"verdict": verdict_json(&verdict), "decode_error": error.to_string()})
            }
        }
    }
}

/// `2 about` is the second call of that purpose.
fn numbered(purpose: &str) -> (usize, &str) {
    let split = purpose.split_once(' ');
    split
        .and_then(|(n, rest)| Some((n.parse().ok().filter(|n| *n > 0)?, rest)))
        .unwrap_or((1, purpose))
}

/// The calls that a codec makes for a purpose as the file `purpose` spells it.
fn calls_for(
    codec: &dyn Codec,
    context: &Context,
    purpose: &str,
) -> Result<Result<Vec<Call>, Unsupported>, String> {
    let purpose = numbered(purpose).1;
    let (word, rest) = purpose.split_once(' ').unwrap_or((purpose, ""));
    let rest = Some(rest).filter(|r| !r.is_empty());
    let mut words = rest.into_iter().flat_map(|r| r.split(' '));
    let (first, second) = (words.next(), words.next());
    let page = |at: &Cursor| Ok(Ok(vec![codec.page(context, Some(at))]));
    let cursor = |text: Option<&str>| text.map(|t| Cursor(t.to_string()));
    // Without a patch an answer to a write is read as that of a request that sends nothing.
    let write = |purpose| Call {
        request: HttpRequest::new(Method::Put, format!("{}/written", context.base_url)),
        purpose,
        idempotent: true,
    };
    Ok(match (word, first) {
        ("page", _) => Ok(vec![codec.page(context, cursor(rest).as_ref())]),
        ("narrow-whole" | "narrow-beginning", Some(_)) => {
            let filter = Filter::parse(rest.unwrap_or_default()).map_err(|e| e.to_string())?;
            return match codec.narrow(context, &filter) {
                Some(found) if found.whole == (word == "narrow-whole") => page(&found.start),
                other => Err(format!("purpose: {word}, but the codec says {other:?}")),
            };
        }
        ("holders", Some(key)) => {
            let value = rest.and_then(|r| r.split_once(' ')).map_or("", |(_, v)| v);
            let key = FieldKey::parse(key).ok_or("purpose: holders FIELD VALUE")?;
            return match codec.holders(context, key, value) {
                Some(start) => page(&start),
                None => Err("purpose: the codec knows no holders".into()),
            };
        }
        ("contact" | "tags", Some(id)) => codec
            .read(context, Target::of(&ContactId::new(id)))
            .map(|reading| calls_of(codec, context, reading)),
        ("write", None) => Ok(vec![write(Purpose::Write)]),
        ("write-tags", None) => Ok(vec![write(Purpose::WriteTags)]),
        ("definitions", None) => Ok(codec.definitions(context).into_iter().collect()),
        ("catalogue", None) => Ok(codec.catalogue(context).into_iter().collect()),
        ("about", None) => Ok(codec.about(context)),
        ("tagged", Some(tag)) => {
            let call = codec.tagged(context, tag, cursor(second).as_ref());
            Ok(call.into_iter().collect())
        }
        _ => return Err(format!("purpose: {purpose:?} is not understood")),
    })
}

fn word_of(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::Page => "page",
        Purpose::Contact => "contact",
        Purpose::Tags => "tags",
        Purpose::Write => "write",
        Purpose::WriteTags => "write-tags",
        Purpose::Definitions => "definitions",
        Purpose::Catalogue => "catalogue",
        Purpose::About => "about",
        Purpose::Tagged(_) => "tagged",
    }
}

fn requests(calls: &[Call]) -> String {
    if calls.is_empty() {
        return "# nothing to send\n".into();
    }
    let mut out = String::new();
    for (i, call) in calls.iter().enumerate() {
        if i > 0 {
            out.push_str("\n###\n\n");
        }
        let safe = if call.idempotent { ", idempotent" } else { "" };
        let Call { request, .. } = call;
        writeln!(out, "# {}{safe}", word_of(&call.purpose)).unwrap();
        writeln!(out, "{} {}", request.method, request.url).unwrap();
        for (name, value) in &request.headers {
            writeln!(out, "{name}: {value}").unwrap();
        }
        if let Some(body) = &request.body {
            writeln!(out, "\n{body:#}").unwrap();
        }
    }
    out
}

fn refused(problems: &[FieldProblem]) -> String {
    format!("{:#}\n", problems_json(problems))
}

fn problems_json(problems: &[FieldProblem]) -> Value {
    let row = |p: &FieldProblem| {
        let mut row = json!({"key": p.key, "message": p.message});
        if p.taken {
            row["taken"] = json!(true);
        }
        row
    };
    Value::Array(problems.iter().map(row).collect())
}

fn verdict_json(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Ok => json!("ok"),
        Verdict::Empty => json!("empty"),
        Verdict::Throttled {
            retry_after,
            minute_window,
        } => json!({"throttled": {"retry_after": retry_after, "minute_window": minute_window}}),
        Verdict::SignIn { message } => json!({"sign_in": {"message": message}}),
        Verdict::Forbidden { message } => json!({"forbidden": {"message": message}}),
        Verdict::NotFound { message } => json!({"not_found": {"message": message}}),
        Verdict::Rejected { message, fields } => {
            json!({"rejected": {"message": message, "fields": problems_json(fields)}})
        }
        Verdict::Server { status, message } => {
            json!({"server": {"status": status, "message": message}})
        }
        Verdict::Malformed { message } => json!({"malformed": {"message": message}}),
    }
}

fn reply_json(reply: &Reply) -> Value {
    match reply {
        Reply::Page(page) => json!({"page": {
            "total": page.total,
            "next": page.next.as_ref().map(|c| &c.0),
            "contacts": page.contacts,
        }}),
        Reply::Contact(contact) => json!({ "contact": contact }),
        Reply::Tags(tags) => json!({ "tags": tags }),
        Reply::Definitions(definitions) => json!({ "definitions": definitions }),
        Reply::Catalogue(names) => json!({ "catalogue": names }),
        Reply::About(sentences) => json!({ "about": sentences }),
        Reply::Nothing => json!("nothing"),
    }
}

fn text_file(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn json_file(path: &Path) -> Result<Map<String, Value>, String> {
    serde_json::from_str(&text_file(path)?).map_err(|e| format!("{}: {e}", path.display()))
}

/// Puts members over those of the same name; a name that is not there is a slip of the pen.
fn overlay(
    base: &mut Map<String, Value>,
    over: Map<String, Value>,
    file: &str,
) -> Result<(), String> {
    for (name, value) in over {
        let place = base.get_mut(&name);
        *place.ok_or_else(|| format!("{file}: {name} is unknown"))? = value;
    }
    Ok(())
}

/// The account that a file describes.
pub(super) fn account(path: &Path) -> Result<Context, String> {
    parse_context(&json_file(path)?)
}

fn parse_context(members: &Map<String, Value>) -> Result<Context, String> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let yes = |name: &str| members.get(name).and_then(Value::as_bool).unwrap_or(false);
    let required = |name: &str| text(name).ok_or_else(|| format!("context.json: {name}: no text"));
    Ok(Context {
        account: AccountName::new(required("account")?),
        base_url: required("base_url")?.to_string(),
        account_id: members.get("account_id").and_then(Value::as_u64),
        email_attribute: text("email_attribute").map(str::to_string),
        tags_attribute: text("tags_attribute").map(str::to_string),
        tags_mode: match text("tags_mode") {
            None => TagsMode::Replace,
            Some(mode) => TagsMode::parse(mode).ok_or("context: tags_mode is not a mode")?,
        },
        identity_hash: yes("identity_hash"),
        read_only: yes("read_only"),
    })
}

/// A contact of which only some members are written down.
fn contact(
    provider: ProviderId,
    context: &Map<String, Value>,
    members: Map<String, Value>,
) -> Result<Contact, String> {
    let account = context.get("account").and_then(Value::as_str);
    let account = AccountName::new(account.unwrap_or_default());
    let empty = Contact::new(ContactId::new(""), account, provider);
    let Value::Object(mut whole) = json!(empty) else {
        return Err("a contact is not an object".into());
    };
    // Left out of a document where nothing is to be said.
    for (name, usual) in [
        ("record", Value::Null),
        ("attributes_known", json!(true)),
        ("tags_text", Value::Null),
        ("created_at", Value::Null),
    ] {
        whole.entry(name).or_insert(usual);
    }
    overlay(&mut whole, members, "fresh.json")?;
    serde_json::from_value(Value::Object(whole)).map_err(|e| format!("fresh.json: {e}"))
}

/// Reads a patch and makes sure that nothing in the file was passed over.
fn parse_patch(text: &str) -> Result<Patch, String> {
    let patch: Patch = serde_json::from_str(text).map_err(|e| format!("patch.json: {e}"))?;
    let written: Value = serde_json::from_str(text).map_err(|e| format!("patch.json: {e}"))?;
    let again = json!(patch);
    if written == again {
        Ok(patch)
    } else {
        Err(format!("patch.json: it reads as {again}"))
    }
}

fn parse_response(bytes: &[u8]) -> Result<HttpResponse, String> {
    let end = bytes.windows(2).position(|w| w == b"\n\n");
    let end = end.ok_or("no blank line after the headers")?;
    let head = std::str::from_utf8(&bytes[..end]).map_err(|e| e.to_string())?;
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|s| s.parse().ok());
    let mut response = HttpResponse::new(
        status.ok_or_else(|| format!("{first:?} is no status line (HTTP/1.1 200 OK)"))?,
        Vec::new(),
        bytes[end + 2..].to_vec(),
    );
    for line in lines {
        let (name, value) = line
            .split_once(": ")
            .ok_or_else(|| format!("{line:?} is no header"))?;
        response = response.with_header(name, value);
    }
    Ok(response)
}

/// The lines that differ, with the equal ones at both ends left out.
fn difference(wanted: &str, actual: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), actual.lines().collect());
    let same = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| -> usize {
        pairs.take_while(|(a, b)| a == b).count()
    };
    let start = same(&mut old.iter().zip(&new));
    let end = same(&mut old[start..].iter().rev().zip(new[start..].iter().rev()));
    let mut out = String::new();
    for line in &old[start..old.len() - end] {
        writeln!(out, "-{}: {line}", start + 1).unwrap();
    }
    for line in &new[start..new.len() - end] {
        writeln!(out, "+{}: {line}", start + 1).unwrap();
    }
    if out.is_empty() {
        out.push_str("only line ends differ\n");
    }
    out
}

#[test]
fn a_difference_names_the_lines_that_differ() {
    assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n"), "-2: b\n+2: x\n");
    assert_eq!(difference("a\n", "a"), "only line ends differ\n");
}

#[test]
fn slips_in_a_case_are_named() {
    assert!(
        parse_patch(r#"{"feilds": {}}"#)
            .unwrap_err()
            .contains("reads as {}")
    );
    assert!(parse_response(b"200\n\n{}").is_err());
    let mut base = Map::from_iter([("account".to_string(), json!("a"))]);
    let over = Map::from_iter([("acount".to_string(), json!("b"))]);
    assert_eq!(
        overlay(&mut base, over, "context.json").unwrap_err(),
        "context.json: acount is unknown"
    );
}
