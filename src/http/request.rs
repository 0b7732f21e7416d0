//! A request as a value: what would be sent, before authentication is added.

use std::fmt;

use serde_json::Value;

/// The methods that the five vendors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or (Chatwoot labels, filters) replaces and queries.
    Post,
    /// Replaces the named members.
    Put,
    /// Changes the named members.
    Patch,
    /// Deletes.
    Delete,
}

impl Method {
    /// The method's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One request: absolute URL, headers without authentication, optional JSON body.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL, query included, already percent-encoded.
    pub url: String,
    /// Headers in sending order, names in lower case; never an authentication header.
    pub headers: Vec<(String, String)>,
    /// The JSON body, where there is one.
    pub body: Option<Value>,
}

impl HttpRequest {
    /// A request without a body; it asks for JSON.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: vec![("accept".into(), "application/json".into())],
            body: None,
        }
    }

    /// The same request with a JSON body and its content type.
    #[must_use]
    pub fn with_body(mut self, body: Value) -> Self {
        self.headers
            .push(("content-type".into(), "application/json".into()));
        self.body = Some(body);
        self
    }

    /// The first value of a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// The body as it goes over the wire: compact JSON, empty without a body.
    pub fn body_text(&self) -> String {
        self.body.as_ref().map(Value::to_string).unwrap_or_default()
    }
}
