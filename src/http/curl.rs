//! A request as a `curl` command line that can be pasted into a POSIX shell.
//!
//! Authentication appears as a header with a variable (`$TOKEN`); a secret can not appear, since a
//! [`HttpRequest`] never holds one.

use super::HttpRequest;

/// The command line for a request. `auth_header` is the name of the header that carries the token,
/// with the text before the token: `("authorization", "Bearer ")`.
pub fn command(request: &HttpRequest, auth_header: Option<(&str, &str)>) -> String {
    let mut parts = vec![
        "curl".to_string(),
        "-sS".into(),
        "-X".into(),
        request.method.to_string(),
    ];
    if let Some((name, prefix)) = auth_header {
        parts.push("-H".into());
        parts.push(format!("\"{name}: {prefix}$TOKEN\""));
    }
    for (name, value) in &request.headers {
        parts.push("-H".into());
        parts.push(quote(&format!("{name}: {value}")));
    }
    if request.body.is_some() {
        parts.push("--data-raw".into());
        parts.push(quote(&request.body_text()));
    }
    parts.push(quote(&request.url));
    parts.join(" ")
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
            command(&request, Some(("authorization", "Bearer "))),
            "curl -sS -X PUT -H \"authorization: Bearer $TOKEN\" -H 'accept: application/json' \
             -H 'content-type: application/json' --data-raw '{\"name\":\"O'\\''Neil\"}' \
             'https://x.example/a?b=1&c=2'"
        );
    }
}
