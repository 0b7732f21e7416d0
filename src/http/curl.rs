//! A request as a `curl` command line that can be pasted into a POSIX shell.
//!
//! Authentication appears as variables (`$TOKEN`); a secret can not appear, since a [`HttpRequest`] never
//! holds one.

use super::HttpRequest;

/// Where an account's credentials go, with the variables that stand for them in a command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Headers: name, text before the secret, variable: `authorization`, `Bearer `, `TOKEN`.
    pub headers: Vec<(String, String, String)>,
    /// Query parameters: name, variable.
    pub query: Vec<(String, String)>,
}

impl Credentials {
    /// One header that carries `$TOKEN`.
    pub fn header(name: &str, prefix: &str) -> Self {
        Self {
            headers: vec![(name.into(), prefix.into(), "TOKEN".into())],
            query: Vec::new(),
        }
    }

    /// One more query parameter.
    #[must_use]
    pub fn and_query(mut self, name: &str, variable: &str) -> Self {
        self.query.push((name.into(), variable.into()));
        self
    }
}

/// The command line for a request.
pub fn command(request: &HttpRequest, credentials: &Credentials) -> String {
    let mut parts = vec![
        "curl".to_string(),
        "-sS".into(),
        "-X".into(),
        request.method.to_string(),
    ];
    for (name, prefix, variable) in &credentials.headers {
        parts.push("-H".into());
        parts.push(format!("\"{name}: {prefix}${variable}\""));
    }
    for (name, value) in &request.headers {
        parts.push("-H".into());
        parts.push(quote(&format!("{name}: {value}")));
    }
    if request.body.is_some() {
        parts.push("--data-raw".into());
        parts.push(with_variables(quote(&request.body_text()), BODY));
    }
    parts.push(address(&request.url, &credentials.query));
    parts.join(" ")
}

/// What stands in an address for a secret, and the variable for it. Braces of data are percent-encoded there.
const ADDRESS: &[(&str, &str)] = &[
    ("{inbox_identifier}", "'\"$INBOX_IDENTIFIER\"'"),
    ("{identifier_hash}", "'\"$IDENTIFIER_HASH\"'"),
];

/// The same in a JSON body, where quotes of data are escaped.
const BODY: &[(&str, &str)] = &[(
    "\"identifier_hash\":\"{identifier_hash}\"",
    "\"identifier_hash\":\"'\"$IDENTIFIER_HASH\"'\"",
)];

/// A quoted word with variables in place of what stands for secrets.
fn with_variables(quoted: String, variables: &[(&str, &str)]) -> String {
    variables
        .iter()
        .fold(quoted, |word, (from, to)| word.replace(from, to))
}

/// The address as a word. Variables are put in by the shell, so that they stand outside of single quotes.
fn address(url: &str, query: &[(String, String)]) -> String {
    if query.is_empty() {
        return with_variables(quote(url), ADDRESS);
    }
    let mut text = String::from("\"");
    for c in url.chars() {
        match c {
            // Some shells look up their history here, whatever the quotes.
            '!' => text.push_str("%21"),
            '"' | '$' | '`' | '\\' => text.extend(['\\', c]),
            _ => text.push(c),
        }
    }
    let mut mark = if url.contains('?') { '&' } else { '?' };
    for (name, variable) in query {
        text.push_str(&format!("{mark}{name}=${variable}"));
        mark = '&';
    }
    text.push('"');
    text
}

/// Quotes a word for a POSIX shell.
pub fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::Method;

    #[test]
    fn quotes_in_values_survive_the_shell() {
        let request = HttpRequest::new(Method::Put, "https://x.example/a?b=1&c=2")
            .with_body(json!({"name": "O'Neil"}));
        assert_eq!(
            command(&request, &Credentials::header("authorization", "Bearer ")),
            "curl -sS -X PUT -H \"authorization: Bearer $TOKEN\" -H 'accept: application/json' \
             -H 'content-type: application/json' --data-raw '{\"name\":\"O'\\''Neil\"}' \
             'https://x.example/a?b=1&c=2'"
        );
    }

    #[test]
    fn a_secret_in_the_address_is_a_variable_that_the_shell_puts_in() {
        let both = Credentials::header("x-api-key", "").and_query("client_id", "CLIENT_ID");
        let request = HttpRequest::new(Method::Get, "https://x.example/a?b=$1&c=`d`!");
        assert_eq!(
            command(&request, &both),
            "curl -sS -X GET -H \"x-api-key: $TOKEN\" -H 'accept: application/json' \
             \"https://x.example/a?b=\\$1&c=\\`d\\`%21&client_id=$CLIENT_ID\""
        );
        let alone = Credentials::default().and_query("client_id", "CLIENT_ID");
        let request = HttpRequest::new(Method::Get, "https://x.example/a");
        assert!(
            command(&request, &alone).ends_with(" \"https://x.example/a?client_id=$CLIENT_ID\"")
        );
    }

    #[test]
    fn secrets_in_address_and_body_are_variables() {
        let url = "https://x.example/inboxes/{inbox_identifier}/contacts/%7Bid%7D?identifier_hash={identifier_hash}";
        let body = json!({"name": "a {identifier_hash}", "identifier_hash": "{identifier_hash}"});
        let request = HttpRequest::new(Method::Patch, url).with_body(body);
        let line = command(&request, &Credentials::default());
        assert!(line.ends_with(
            "--data-raw '{\"name\":\"a {identifier_hash}\",\"identifier_hash\":\"'\"$IDENTIFIER_HASH\"'\"}' \
             'https://x.example/inboxes/'\"$INBOX_IDENTIFIER\"'/contacts/%7Bid%7D?identifier_hash='\"$IDENTIFIER_HASH\"''"
        ), "{line}");
    }
}
