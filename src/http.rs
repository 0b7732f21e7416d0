//! The wire vocabulary that codecs, sandbox, transport and screen share: requests, responses and
//! verdicts as plain, comparable values.
//!
//! Nothing here opens a connection, knows a provider, or can hold a token: authentication is added
//! last, inside `transport`, so whatever shows a [`HttpRequest`] can not leak one.

pub mod curl;
pub mod request;
pub mod response;
pub mod verdict;

pub use request::{HttpRequest, Method};
pub use response::HttpResponse;
pub use verdict::{FieldProblem, Verdict};

/// Percent-encodes everything outside RFC 3986's unreserved set, for one path segment or query part.
pub fn encode_component(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encode_component;

    #[test]
    fn plus_at_brackets_and_unicode_are_encoded() {
        assert_eq!(
            encode_component("+49 a@b[0]/é"),
            "%2B49%20a%40b%5B0%5D%2F%C3%A9"
        );
    }
}
