//! Credentials: added to a request last, and taken out of every text that is shown.
//!
//! An [`Auth`] is a list of parts, since one account may need a header and a query parameter at
//! once. Only this file takes a [`Secret`]'s text out for sending. It does not decide which
//! credentials an account has.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use url::form_urlencoded;

use crate::http::encode_component;
use crate::secret::Secret;

mod mask;

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
    /// A segment of the path: it takes the place of the first one that is `{name}`.
    Path {
        /// The name.
        name: String,
        /// What stands there, before percent-encoding.
        secret: Secret,
    },
    /// The lower-case hexadecimal HMAC-SHA256 of another member of the same request. It takes the place of
    /// `{name}` under `name`, in the query or at the top of the JSON body; a request without that is left as
    /// it is.
    Hash {
        /// The member that holds the hash.
        name: String,
        /// The member that it is of; where the request has none, the empty text.
        of: String,
        /// The key.
        key: Secret,
    },
    /// A secret that requests already carry: never added, only taken out of what is shown.
    Hidden {
        /// The secret.
        secret: Secret,
    },
}

impl Part {
    fn secret(&self) -> &Secret {
        match self {
            Self::Header { secret, .. }
            | Self::Query { secret, .. }
            | Self::Path { secret, .. }
            | Self::Hidden { secret } => secret,
            Self::Hash { key, .. } => key,
        }
    }
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
    /// The body as it goes over the wire, where there is one.
    pub(super) body: Option<String>,
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

    /// One more segment of the path, in place of `{name}`.
    #[must_use]
    pub fn and_path(mut self, name: &str, secret: Secret) -> Self {
        self.parts.push(Part::Path {
            name: name.into(),
            secret,
        });
        self
    }

    /// One more hash, in place of `{name}`: that of the member `of`.
    #[must_use]
    pub fn and_hash(mut self, name: &str, of: &str, key: Secret) -> Self {
        self.parts.push(Part::Hash {
            name: name.into(),
            of: of.into(),
            key,
        });
        self
    }

    /// One more secret to take out of what is shown; it is not added to requests.
    #[must_use]
    pub fn hiding(mut self, secret: Secret) -> Self {
        self.parts.push(Part::Hidden { secret });
        self
    }

    /// Each header and each parameter by itself, with what a person calls it; nothing where there is no more
    /// than one. The other secrets are still taken out of what is shown.
    pub fn each_alone(&self) -> Vec<(String, Self)> {
        let signs = |part: &Part| match part {
            Part::Header { name, .. } => Some(format!("the header {name}")),
            Part::Query { name, .. } => Some(format!("the parameter {name}")),
            Part::Path { .. } | Part::Hash { .. } | Part::Hidden { .. } => None,
        };
        let alone = |at: usize, part: &Part| {
            let others = self.parts.iter().enumerate().filter(|(n, _)| *n != at);
            others.fold(
                Self {
                    parts: vec![part.clone()],
                },
                |auth, (_, other)| auth.hiding(other.secret().clone()),
            )
        };
        let each = self.parts.iter().enumerate();
        let each: Vec<(String, Self)> = each
            .filter_map(|(at, part)| Some((signs(part)?, alone(at, part))))
            .collect();
        if each.len() > 1 { each } else { Vec::new() }
    }

    /// Name and prefix of the first header, as `http::curl::command` wants them.
    pub fn curl_header(&self) -> Option<(&str, &str)> {
        self.parts.iter().find_map(|part| match part {
            Part::Header { name, prefix, .. } => Some((name.as_str(), prefix.as_str())),
            Part::Query { .. } | Part::Path { .. } | Part::Hash { .. } | Part::Hidden { .. } => {
                None
            }
        })
    }

    /// Adds the credentials. A header or parameter of the same name that is already there gives way.
    pub(super) fn sign(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: Option<&Value>,
    ) -> Signed {
        let mut body = body.cloned();
        let mut signed = Signed {
            url: url.to_string(),
            body: None,
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
                Part::Path { name, secret } => {
                    signed.url = with_segment(&signed.url, name, secret.expose());
                }
                Part::Hash { name, of, key } => {
                    signed.url = with_hashed_parameter(&signed.url, name, of, key.expose());
                    put_hash(body.as_mut(), name, of, key.expose());
                }
                Part::Hidden { .. } => {}
            }
        }
        signed.body = body.map(|b| b.to_string());
        signed
    }

    /// The text with every secret replaced by stars, also where it stands percent-encoded or inside
    /// a JSON string, or where only its beginning is left in a text that was cut at a `…`; and every hash,
    /// where this account sends one.
    pub fn mask(&self, text: &str) -> String {
        let secrets = self.parts.iter().map(|part| part.secret().expose());
        let shown = mask::without(text, secrets);
        let hashes = |part: &Part| matches!(part, Part::Hash { .. });
        match self.parts.iter().any(hashes) {
            true => mask::without_hashes(&shown),
            false => shown,
        }
    }
}

/// The placeholder as it stands in a value.
fn placeholder(name: &str) -> String {
    format!("{{{name}}}")
}

/// Whether a piece of an address is the placeholder: as written, or as a URL parser encodes it.
fn is_placeholder(piece: &str, name: &str) -> bool {
    let wanted = placeholder(name);
    piece == wanted || piece == encode_component(&wanted)
}

/// The URL with the secret in place of the first segment `{name}` of its path.
fn with_segment(url: &str, name: &str, value: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (path, rest) = url.split_at(end);
    let mut filled = false;
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| {
            if !filled && is_placeholder(segment, name) {
                filled = true;
                return encode_component(value);
            }
            segment.to_string()
        })
        .collect();
    format!("{}{rest}", segments.join("/"))
}

/// The URL with the hash of the parameter `of` in place of `{name}` under `name`.
fn with_hashed_parameter(url: &str, name: &str, of: &str, key: &str) -> String {
    let Some((base, query)) = url.split_once('?') else {
        return url.to_string();
    };
    let message = form_urlencoded::parse(query.as_bytes()).find(|(member, _)| member == of);
    let message = message.map(|(_, value)| value.into_owned());
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((member, value)) if member == name && is_placeholder(value, name) => {
                format!("{name}={}", hash(key, message.as_deref().unwrap_or("")))
            }
            _ => pair.to_string(),
        })
        .collect();
    format!("{base}?{}", pairs.join("&"))
}

/// Puts the hash of the member `of` where the body has `{name}` under `name`.
fn put_hash(body: Option<&mut Value>, name: &str, of: &str, key: &str) {
    let Some(Value::Object(members)) = body else {
        return;
    };
    if members.get(name) != Some(&Value::from(placeholder(name))) {
        return;
    }
    let message = members.get(of).and_then(Value::as_str).unwrap_or("");
    let hashed = Value::from(hash(key, message));
    members.insert(name.into(), hashed);
}

/// The HMAC-SHA256 in lower-case hexadecimal: servers compare it as text.
fn hash(key: &str, message: &str) -> String {
    // A key of any length is one, so that this fails for none.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else {
        return String::new();
    };
    mac.update(message.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
        let signed = auth.sign("https://h.example/a?client_id=old&b=1#top", &headers, None);
        assert_eq!(signed.url, "https://h.example/a?b=1&client_id=c%261#top");
        assert_eq!(
            signed.headers,
            [
                ("accept".to_string(), "application/json".to_string(), false),
                ("x-api-key".to_string(), "k1".to_string(), true),
            ]
        );
        let again = auth.sign(&signed.url, &[], None);
        assert_eq!(again.url, signed.url);
    }

    #[test]
    fn bearer_is_the_header_that_curl_shows() {
        let auth = Auth::bearer(secret("tok"));
        assert_eq!(auth.curl_header(), Some(("authorization", "Bearer ")));
        assert_eq!(
            auth.sign("https://h/", &[], None).headers[0].1,
            "Bearer tok"
        );
        assert_eq!(Auth::none().curl_header(), None);
    }

    #[test]
    fn each_part_alone_still_hides_the_others() {
        let auth = Auth::header("x-api-key", secret("k1")).and_query("client_id", secret("c1"));
        let each = auth.each_alone();
        let shown: Vec<_> = each
            .iter()
            .map(|(name, auth)| {
                let signed = auth.sign("https://h.example/a", &[], None);
                (name.as_str(), signed.url, signed.headers.len())
            })
            .collect();
        let plain = "https://h.example/a".to_string();
        assert_eq!(
            shown,
            [
                ("the header x-api-key", plain.clone(), 1),
                (
                    "the parameter client_id",
                    format!("{plain}?client_id=c1"),
                    0
                ),
            ]
        );
        for (_, auth) in &each {
            assert_eq!(auth.mask("k1 c1"), "*** ***");
        }
        assert!(
            Auth::header("x-api-key", secret("k1"))
                .each_alone()
                .is_empty()
        );
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

    #[test]
    fn the_beginning_of_a_secret_before_a_cut_is_masked() {
        let auth = Auth::bearer(secret("token-9f8e"))
            .and_query("client_id", secret("s3cr/t"))
            .hiding(secret("abcd"));
        for (said, wanted) in [
            ("GET /v1?client_id=s3cr%2…", "GET /v1?client_id=***…"),
            (
                "it starts \"Bearer token-9f8…\"",
                "it starts \"Bearer ***…\"",
            ),
            ("toke… s3cr…token", "***… ***…token"),
            // Three characters, and what is no beginning, stay.
            ("tok… oken-9f8… abc… a token", "tok… oken-9f8… abc… a token"),
            ("…", "…"),
        ] {
            assert_eq!(auth.mask(said), wanted);
        }
    }

    /// The vectors of the vendor's identity validation.
    const VECTORS: [(&str, &str); 2] = [
        (
            "cust-1001",
            "823545b8abacb821b2b7d57fd8bacfaf78549c4deef81bd9d1046c3ae490c93d",
        ),
        (
            "",
            "806b71dafcc70907e5d37e95c0c7806760ec4b2eae4df89b98fbef7c8a7d7367",
        ),
    ];

    #[test]
    fn hashes_are_those_that_a_server_took() {
        // Recorded from 4.15.1: exchanges 69 and 70 (keys), 553, 560 and 609 (accepted hashes).
        for (key, identifier, accepted) in [
            (
                "D3Y4ek8jgwTF77V39XCa3mMu",
                "pub-ident-1",
                "e0923e576dd737061e07db2699593f92f4068f3c62c8425383deb1b06246ed75",
            ),
            (
                "D3Y4ek8jgwTF77V39XCa3mMu",
                "",
                "ac4461f260ca8ee0c54c6619c6faa73c3b6bb81a938a7bc0670f5870dbea8b1d",
            ),
            (
                "pPxyvZrJNtkmQ2bvMPLNDdxy",
                "strict-ident-1",
                "f763f294ac79616160f3c8a74803e87c1c3b832013a2b033098eadae54a9f754",
            ),
        ] {
            assert_eq!(hash(key, identifier), accepted);
        }
    }

    fn public() -> Auth {
        Auth::none()
            .and_path("inbox_identifier", secret("in/box 9"))
            .and_hash("identifier_hash", "identifier", secret("demo-inbox-key"))
    }

    #[test]
    fn the_hash_is_of_the_identifier_of_the_same_request() {
        for (identifier, hash) in VECTORS {
            let body = serde_json::json!({
                "identifier": identifier, "identifier_hash": "{identifier_hash}", "name": "Ada"
            });
            let signed = public().sign("https://h/x", &[], Some(&body));
            let sent: Value = serde_json::from_str(&signed.body.unwrap()).unwrap();
            assert_eq!(sent["identifier_hash"], hash);
            assert_eq!(
                (&sent["identifier"], &sent["name"]),
                (&body["identifier"], &body["name"])
            );
            for braces in ["{identifier_hash}", "%7Bidentifier_hash%7D"] {
                let url = format!("https://h/x?identifier={identifier}&identifier_hash={braces}");
                let signed = public().sign(&url, &[], None);
                let expected =
                    format!("https://h/x?identifier={identifier}&identifier_hash={hash}");
                assert_eq!(signed.url, expected);
            }
        }
        // Without an identifier it is that of nothing.
        let [_, (_, of_nothing)] = VECTORS;
        let bare = serde_json::json!({"identifier_hash": "{identifier_hash}"});
        let signed = public().sign(
            "https://h/x?identifier_hash={identifier_hash}",
            &[],
            Some(&bare),
        );
        assert_eq!(
            signed.url,
            format!("https://h/x?identifier_hash={of_nothing}")
        );
        assert!(signed.body.unwrap().contains(of_nothing));
    }

    #[test]
    fn the_hash_of_an_encoded_identifier_is_that_of_its_text() {
        let url = "https://h/x?identifier=a%2Bb%20c%26%C3%A9&identifier_hash={identifier_hash}";
        let body =
            serde_json::json!({"identifier": "a+b c&é", "identifier_hash": "{identifier_hash}"});
        let signed = public().sign(url, &[], Some(&body));
        let sent: Value = serde_json::from_str(&signed.body.unwrap()).unwrap();
        let hash = sent["identifier_hash"].as_str().unwrap();
        assert!(signed.url.ends_with(&format!("&identifier_hash={hash}")));
    }

    #[test]
    fn a_request_without_a_placeholder_gets_no_hash() {
        let body = serde_json::json!({"name": "{identifier_hash}", "identifier": "x"});
        let signed = public().sign("https://h/x?identifier=x", &[], Some(&body));
        assert_eq!(signed.url, "https://h/x?identifier=x");
        assert_eq!(signed.body, Some(body.to_string()));
    }

    #[test]
    fn the_inbox_is_put_into_its_own_segment_only() {
        for (url, expected) in [
            (
                "https://h/v1/inboxes/{inbox_identifier}/contacts/a",
                "https://h/v1/inboxes/in%2Fbox%209/contacts/a",
            ),
            (
                "https://h/v1/inboxes/%7Binbox_identifier%7D",
                "https://h/v1/inboxes/in%2Fbox%209",
            ),
            // A source id or a query that looks like the placeholder is data.
            (
                "https://h/inboxes/{inbox_identifier}/contacts/%7Binbox_identifier%7D?a={inbox_identifier}",
                "https://h/inboxes/in%2Fbox%209/contacts/%7Binbox_identifier%7D?a={inbox_identifier}",
            ),
            (
                "https://h/x{inbox_identifier}/y",
                "https://h/x{inbox_identifier}/y",
            ),
        ] {
            assert_eq!(public().sign(url, &[], None).url, expected);
        }
    }

    #[test]
    fn inbox_key_and_hashes_are_masked() {
        let (_, hash) = VECTORS[0];
        let text = format!("/inboxes/in%2Fbox%209/x in/box 9 demo-inbox-key id={hash}, 0a1b");
        assert_eq!(public().mask(&text), "/inboxes/***/x *** *** id=***, 0a1b");
        let upper = hash.to_uppercase();
        assert_eq!(public().mask(&upper), "***");
        // Elsewhere 64 digits are data.
        assert_eq!(Auth::bearer(secret("t0")).mask(hash), hash);
        assert!(!format!("{:?}", public()).contains("in/box"));
    }
}
