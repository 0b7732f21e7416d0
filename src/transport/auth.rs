//! Credentials: added to a request last, and taken out of every text that is shown.
//!
//! An [`Auth`] is a list of parts, since one account may need a header and a query parameter at
//! once. Only this file takes a [`Secret`]'s text out for sending. It does not decide which
//! credentials an account has.

use crate::http::encode_component;
use crate::secret::{STARS, Secret};

/// One credential and the place it goes to.
#[derive(Debug, Clone)]
pub enum Part {
    /// A header: `authorization: Bearer …`, `api-access-token: …`.
    Header {
        /// The header's name, in lower case.
        name: String,
        /// What stands before the secret: `Bearer `, or nothing.
        prefix: String,
        /// The token.
        secret: Secret,
    },
    /// A query parameter that is itself a secret.
    Query {
        /// The parameter's name.
        name: String,
        /// Its value, before percent-encoding.
        secret: Secret,
    },
    /// A secret that requests already carry (an inbox identifier in a path): never added, only
    /// taken out of what is shown.
    Hidden {
        /// The secret.
        secret: Secret,
    },
}

/// All credentials of one account. Its `Debug` shows names, never secrets.
#[derive(Debug, Clone, Default)]
pub struct Auth {
    parts: Vec<Part>,
}

/// What authentication makes of a request: URL and headers ready to send. It has no `Debug`.
pub(super) struct Signed {
    /// The absolute URL with secret parameters.
    pub(super) url: String,
    /// All headers; `true` marks one that holds a secret.
    pub(super) headers: Vec<(String, String, bool)>,
}

impl Auth {
    /// No credentials.
    pub fn none() -> Self {
        Self::default()
    }

    /// `authorization: Bearer TOKEN`.
    pub fn bearer(secret: Secret) -> Self {
        Self::none().and_header("authorization", "Bearer ", secret)
    }

    /// One header with the bare token, such as `api-access-token` or `x-api-key`.
    pub fn header(name: &str, secret: Secret) -> Self {
        Self::none().and_header(name, "", secret)
    }

    /// One more header; `prefix` stands before the secret.
    #[must_use]
    pub fn and_header(mut self, name: &str, prefix: &str, secret: Secret) -> Self {
        self.parts.push(Part::Header {
            name: name.to_ascii_lowercase(),
            prefix: prefix.into(),
            secret,
        });
        self
    }

    /// One more query parameter.
    #[must_use]
    pub fn and_query(mut self, name: &str, secret: Secret) -> Self {
        self.parts.push(Part::Query {
            name: name.into(),
            secret,
        });
        self
    }

    /// One more secret to take out of what is shown; it is not added to requests.
    #[must_use]
    pub fn hiding(mut self, secret: Secret) -> Self {
        self.parts.push(Part::Hidden { secret });
        self
    }

    /// Name and prefix of the first header, as `http::curl::command` wants them.
    pub fn curl_header(&self) -> Option<(&str, &str)> {
        self.parts.iter().find_map(|part| match part {
            Part::Header { name, prefix, .. } => Some((name.as_str(), prefix.as_str())),
            Part::Query { .. } | Part::Hidden { .. } => None,
        })
    }

    /// Adds the credentials. A header or parameter of the same name that is already there gives way.
    pub(super) fn sign(&self, url: &str, headers: &[(String, String)]) -> Signed {
        let mut signed = Signed {
            url: url.to_string(),
            headers: headers
                .iter()
                .map(|(name, value)| (name.clone(), value.clone(), false))
                .collect(),
        };
        for part in &self.parts {
            match part {
                Part::Header {
                    name,
                    prefix,
                    secret,
                } => {
                    signed
                        .headers
                        .retain(|(have, ..)| !have.eq_ignore_ascii_case(name));
                    let value = format!("{prefix}{}", secret.expose());
                    signed.headers.push((name.clone(), value, true));
                }
                Part::Query { name, secret } => {
                    signed.url = with_parameter(&signed.url, name, secret.expose());
                }
                Part::Hidden { .. } => {}
            }
        }
        signed
    }

    /// The text with every secret replaced by stars, also where it stands percent-encoded or inside
    /// a JSON string.
    pub fn mask(&self, text: &str) -> String {
        let mut forms: Vec<String> = Vec::new();
        for part in &self.parts {
            let (Part::Header { secret, .. }
            | Part::Query { secret, .. }
            | Part::Hidden { secret }) = part;
            let plain = secret.expose();
            let json = serde_json::Value::from(plain).to_string();
            forms.push(json.trim_matches('"').to_string());
            forms.push(encode_component(plain));
            forms.push(encode_component(plain).to_lowercase());
            forms.push(plain.to_string());
        }
        // The longest first: one secret may be the beginning of another.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        forms
            .iter()
            .filter(|form| !form.is_empty())
            .fold(text.to_string(), |text, form| text.replace(form, STARS))
    }
}

/// The URL with this query parameter set once, at the end.
fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let (rest, fragment) = match url.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (url, None),
    };
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    let name = encode_component(name);
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name.as_str()))
        .map(ToString::to_string)
        .collect();
    pairs.push(format!("{name}={}", encode_component(value)));
    let fragment = fragment.map(|f| format!("#{f}")).unwrap_or_default();
    format!("{base}?{}{fragment}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text).unwrap()
    }

    #[test]
    fn header_and_parameter_are_added_once() {
        let auth = Auth::header("X-Api-Key", secret("k1")).and_query("client_id", secret("c&1"));
        let headers = [
            ("accept".to_string(), "application/json".to_string()),
            ("x-api-key".to_string(), "stale".to_string()),
        ];
        let signed = auth.sign("https://h.example/a?client_id=old&b=1#top", &headers);
        assert_eq!(signed.url, "https://h.example/a?b=1&client_id=c%261#top");
        assert_eq!(
            signed.headers,
            [
                ("accept".to_string(), "application/json".to_string(), false),
                ("x-api-key".to_string(), "k1".to_string(), true),
            ]
        );
        let again = auth.sign(&signed.url, &[]);
        assert_eq!(again.url, signed.url);
    }

    #[test]
    fn bearer_is_the_header_that_curl_shows() {
        let auth = Auth::bearer(secret("tok"));
        assert_eq!(auth.curl_header(), Some(("authorization", "Bearer ")));
        assert_eq!(auth.sign("https://h/", &[]).headers[0].1, "Bearer tok");
        assert_eq!(Auth::none().curl_header(), None);
    }

    #[test]
    fn every_spelling_of_every_secret_is_masked() {
        let auth = Auth::bearer(secret("tok/1\"x"))
            .and_query("client_id", secret("tok/1\"xyz"))
            .hiding(secret("inbox9"));
        assert_eq!(
            auth.mask(
                "tok/1\"x tok%2F1%22x tok%2f1%22xyz {\"t\":\"tok/1\\\"xyz\"} /inbox9/contacts"
            ),
            "*** *** *** {\"t\":\"***\"} /***/contacts"
        );
        assert!(!format!("{auth:?}").contains("tok/1"));
    }
}
