//! One merged document: which calls it knows, and what it has against a request. Schemas are judged by the
//! crate jsonschema; finding the call, its path and its query is done here. Nothing of this is about answers.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use cardex::provider::Call;
use jsonschema::Validator;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract")
}

/// The providers that there are documents for.
pub fn names() -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder().join("merged")).expect("tests/contract/merged");
    entries
        .filter_map(|entry| {
            let name = entry.expect("an entry").file_name();
            Some(name.to_str()?.strip_suffix(".json")?.to_string())
        })
        .collect()
}

fn read(name: &str) -> Value {
    let path = folder().join("merged").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The sources of a document that changed after it was made.
pub fn stale(name: &str) -> Vec<String> {
    let document = read(name);
    let made_from = document["x-made-from"].as_object().expect("x-made-from");
    assert!(made_from.len() > 1, "{name} is made from nothing");
    let changed = made_from.iter().filter(|(file, sum)| {
        let bytes = std::fs::read(folder().join(file)).unwrap_or_default();
        let now: String = Sha256::digest(bytes)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        sum.as_str() != Some(&now)
    });
    changed.map(|(file, _)| file.clone()).collect()
}

/// A document that stays loaded: property tests ask a few hundred times.
pub fn loaded(name: &str) -> &'static Document {
    static LOADED: LazyLock<Mutex<HashMap<String, &'static Document>>> =
        LazyLock::new(Mutex::default);
    let mut loaded = LOADED
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    loaded
        .entry(name.to_string())
        .or_insert_with(|| Box::leak(Box::new(Document::load(name))))
}

/// What a vendor documents, ready to judge requests.
pub struct Document {
    operations: Vec<Operation>,
}

struct Operation {
    method: String,
    /// The path's segments; those in braces are parameters.
    path: Vec<String>,
    parameters: Vec<Parameter>,
    body: Option<Body>,
}

struct Parameter {
    name: String,
    /// `path` or `query`; those in headers are sign-in, which no codec sees.
    place: String,
    required: bool,
    /// The members of the objects in a list, where it is written in bracket notation.
    members: Vec<Value>,
    schema: Value,
    validator: Validator,
}

struct Body {
    required: bool,
    validator: Validator,
}

impl Document {
    /// Reads the document of a provider.
    pub fn load(name: &str) -> Self {
        let document = read(name);
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, call) in item.as_object().expect("calls") {
                operations.push(Operation::new(&document, method, path, call));
            }
        }
        Self { operations }
    }

    /// Judges the request of a call, whose address begins with `base_url`.
    ///
    /// # Errors
    /// Says what the document has against it.
    pub fn check(&self, base_url: &str, call: &Call) -> Result<(), String> {
        let request = &call.request;
        let method = request.method.to_string().to_lowercase();
        let target = request.url.strip_prefix(base_url.trim_end_matches('/'));
        let target = target.ok_or_else(|| format!("{} is elsewhere", request.url))?;
        let target = &filled(target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let segments: Vec<&str> = path.split('/').collect();
        let place = format!("{method} {target}");
        let operation = self.find(&method, &segments);
        let operation = operation.ok_or_else(|| format!("{place} is not documented"))?;
        operation
            .check(
                &segments,
                query,
                request.body.as_ref().map(filled_body).as_ref(),
            )
            .map_err(|e| {
                let body = request
                    .body
                    .as_ref()
                    .map_or(String::new(), Value::to_string);
                format!("{place} {body}: {e}")
            })
    }

    /// The call of this method and path; the one with the fewest parameters where several would do.
    fn find(&self, method: &str, segments: &[&str]) -> Option<&Operation> {
        let fits = |o: &&Operation| {
            let same = |(template, given): (&String, &&str)| {
                is_parameter(template) && !given.is_empty() || template == given
            };
            o.method == method
                && o.path.len() == segments.len()
                && o.path.iter().zip(segments).all(same)
        };
        let parameters = |o: &&Operation| o.path.iter().filter(|s| is_parameter(s)).count();
        self.operations.iter().filter(fits).min_by_key(parameters)
    }
}

impl Operation {
    fn new(document: &Value, method: &str, path: &str, call: &Value) -> Self {
        let parameters = call["parameters"].as_array().cloned().unwrap_or_default();
        let parameters = parameters
            .iter()
            .map(|p| Parameter::new(document, resolved(document, p)));
        let body = call.get("requestBody").map(|body| Body {
            required: body["required"] == json!(true),
            validator: validator(document, &body["content"]["application/json"]["schema"]),
        });
        Self {
            method: method.to_string(),
            path: path.split('/').map(String::from).collect(),
            parameters: parameters.filter(|p| p.place != "header").collect(),
            body,
        }
    }

    fn check(&self, segments: &[&str], query: &str, body: Option<&Value>) -> Result<(), String> {
        let given: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let known = |name: &str| {
            let mut parameters = self.parameters.iter().filter(|p| p.place == "query");
            parameters.any(|p| p.name == name || p.holds(name))
        };
        if let Some((name, _)) = given.iter().find(|(name, _)| !known(name)) {
            return Err(format!("{name} is not documented in the query"));
        }
        for parameter in &self.parameters {
            let texts: Vec<String> = if parameter.place == "query" {
                let own = given.iter().filter(|(name, _)| *name == parameter.name);
                own.map(|(_, value)| value.clone()).collect()
            } else {
                let braced = format!("{{{}}}", parameter.name);
                let places = self.path.iter().zip(segments);
                let own = places.filter(|(template, _)| **template == braced);
                own.map(|(_, given)| (*given).to_string()).collect()
            };
            parameter.check(&texts)?;
        }
        match (&self.body, body) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err("no body is documented".into()),
            (Some(wanted), None) if wanted.required => Err("the body is missing".into()),
            (Some(_), None) => Ok(()),
            (Some(wanted), Some(body)) => judge(&wanted.validator, body),
        }
    }
}

impl Parameter {
    fn new(document: &Value, parameter: &Value) -> Self {
        let schema = resolved(document, &parameter["schema"]).clone();
        Self {
            name: parameter["name"].as_str().expect("a name").to_string(),
            place: parameter["in"].as_str().expect("a place").to_string(),
            required: parameter["required"] == json!(true),
            members: parameter["x-bracket-notation"]
                .as_array()
                .cloned()
                .unwrap_or_default(),
            validator: validator(document, &schema),
            schema,
        }
    }

    /// Whether `name` is a part of this parameter in the notation `name[0][member]`.
    fn holds(&self, name: &str) -> bool {
        let part = name.strip_prefix(self.name.as_str());
        let part = part.and_then(|p| p.strip_prefix('[')?.strip_suffix(']')?.split_once("]["));
        part.is_some_and(|(index, member)| {
            index.parse::<usize>().is_ok() && self.members.iter().any(|m| m == member)
        })
    }

    fn check(&self, texts: &[String]) -> Result<(), String> {
        if texts.is_empty() {
            let name = &self.name;
            return if self.required {
                Err(format!("{name} is missing"))
            } else {
                Ok(())
            };
        }
        let kind = self.schema["type"].as_str().unwrap_or("string");
        let value = match kind {
            "array" => json!(texts),
            _ if texts.len() > 1 => return Err(format!("{} is given twice", self.name)),
            // A text that is no number stays one, and is refused as such.
            "integer" | "number" | "boolean" => {
                serde_json::from_str(&texts[0]).unwrap_or_else(|_| json!(texts[0]))
            }
            _ => json!(texts[0]),
        };
        judge(&self.validator, &value).map_err(|e| format!("{}: {e}", self.name))
    }
}

/// What `transport` puts in place of what no codec may hold.
const SECRETS: [(&str, &str); 2] = [
    ("{inbox_identifier}", "eVSRcTjkDMpYSM2oDVPYhxmf"),
    (
        "{identifier_hash}",
        "823545b8abacb821b2b7d57fd8bacfaf78549c4deef81bd9d1046c3ae490c93d",
    ),
];

fn filled(text: &str) -> String {
    let fill = |text: String, (name, value): (&str, &str)| text.replace(name, value);
    SECRETS.into_iter().fold(text.to_string(), fill)
}

fn filled_body(body: &Value) -> Value {
    let hash = body.get("identifier_hash").and_then(Value::as_str);
    let mut body = body.clone();
    if let Some(hash) = hash {
        body["identifier_hash"] = json!(filled(hash));
    }
    body
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}

/// What a reference leads to.
fn resolved<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    let Some(target) = node["$ref"].as_str() else {
        return node;
    };
    let pointer = target.strip_prefix('#').expect("a reference inside");
    document
        .pointer(pointer)
        .unwrap_or_else(|| panic!("{target} leads nowhere"))
}

/// A validator of one schema of the document, whose references go into its components.
fn validator(document: &Value, schema: &Value) -> Validator {
    let mut root = schema.clone();
    let members = root.as_object_mut().expect("a schema");
    members.insert("components".into(), document["components"].clone());
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&root)
        .unwrap_or_else(|e| panic!("{schema}: {e}"))
}

fn judge(validator: &Validator, value: &Value) -> Result<(), String> {
    let errors = validator.iter_errors(value);
    let said: Vec<String> = errors
        .map(|e| format!("{} at {}", e, e.instance_path()))
        .collect();
    if said.is_empty() {
        Ok(())
    } else {
        Err(said.join("; "))
    }
}
