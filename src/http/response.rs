//! A response as a value: status, headers, body bytes.

use std::sync::OnceLock;

use serde_json::Value;

/// One answer, read whole (the transport limits its size).
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Headers in the order received, names as received.
    pub headers: Vec<(String, String)>,
    /// The body, content encoding removed.
    pub body: Vec<u8>,
    /// The body as JSON, once somebody has asked: who judges an answer and who decodes it want the same.
    parsed: OnceLock<Option<Value>>,
}

impl PartialEq for HttpResponse {
    fn eq(&self, other: &Self) -> bool {
        (self.status, &self.headers, &self.body) == (other.status, &other.headers, &other.body)
    }
}

impl Eq for HttpResponse {}

impl HttpResponse {
    /// An answer of these parts.
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self {
            status,
            headers,
            body,
            parsed: OnceLock::new(),
        }
    }

    /// The same answer with another body.
    #[must_use]
    pub fn with_body(self, body: Vec<u8>) -> Self {
        Self::new(self.status, self.headers, body)
    }

    /// The body as JSON, where it is JSON. It is parsed once: change the body by [`Self::with_body`].
    pub fn value(&self) -> Option<&Value> {
        let parse = || serde_json::from_slice(&self.body).ok();
        self.parsed.get_or_init(parse).as_ref()
    }

    /// A JSON answer, as fakes and tests make them.
    pub fn json(status: u16, body: &Value) -> Self {
        let kind = "application/json; charset=utf-8";
        Self::text(status, kind, &body.to_string())
    }

    /// An answer of another type.
    pub fn text(status: u16, content_type: &str, body: &str) -> Self {
        let headers = vec![("content-type".into(), content_type.into())];
        Self::new(status, headers, body.as_bytes().to_vec())
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The first value of a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text, invalid UTF-8 replaced.
    pub fn text_body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
