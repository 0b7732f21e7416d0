//! Secrets that can not be printed, and where they come from.
//!
//! [`Secret`] has no `Serialize`, and its `Debug` and `Display` print stars; its text is taken out
//! with [`Secret::expose`] in `transport::auth` and, to store it, in the key store only. Which
//! source an account uses is configuration; reading that source is [`source`]. Nothing here knows
//! an account, a provider or HTTP.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use thiserror::Error;

pub mod keyring;
pub mod source;

pub use source::{Configured, SourceError, TokenSource};

/// What every way of printing a secret shows.
pub const STARS: &str = "***";

/// Why a text is no secret that can be sent. Never says what the text was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unusable {
    /// Nothing, or white space only.
    #[error("it is empty")]
    Empty,
    /// A line break inside: two values, or a whole file where a token was meant.
    #[error("it holds more than one line")]
    Lines,
    /// A control character, which can not travel in a header.
    #[error("it holds a control character")]
    Control,
    /// Not UTF-8.
    #[error("it is not text")]
    NotText,
}

/// A token, key or password; wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a text as a secret; white space around it is removed.
    ///
    /// # Errors
    /// [`Unusable`] when nothing is left, or what is left could not be sent in one header.
    pub fn new(text: &str) -> Result<Self, Unusable> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Unusable::Empty);
        }
        if text.contains(['\n', '\r']) {
            return Err(Unusable::Lines);
        }
        if text.chars().any(char::is_control) {
            return Err(Unusable::Control);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The secret's text, for `transport::auth` and the key store; a test reads the sources for
    /// any other use.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// A short text that differs between secrets and does not lead back to one that was drawn at random.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.expose());
        let start = digest.iter().take(8);
        start.map(|byte| format!("{byte:02x}")).collect()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({STARS})")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STARS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_shows_stars() {
        let secret = Secret::new(" hunter2 \n").unwrap();
        assert_eq!(format!("{secret} {secret:?}"), "*** Secret(***)");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn a_fingerprint_tells_secrets_apart_and_tells_none() {
        let (one, other) = (
            Secret::new("inbox-1").unwrap(),
            Secret::new("inbox-2").unwrap(),
        );
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert_eq!(
            one.fingerprint(),
            Secret::new("inbox-1").unwrap().fingerprint()
        );
        assert_eq!(one.fingerprint().len(), 16);
        assert!(one == Secret::new(" inbox-1").unwrap() && one != other);
    }

    #[test]
    fn what_can_not_travel_in_a_header_is_refused() {
        for (text, why) in [
            ("", Unusable::Empty),
            (" \n", Unusable::Empty),
            ("a\nb", Unusable::Lines),
            ("a\rb", Unusable::Lines),
            ("a\u{7}b", Unusable::Control),
            ("a\tb", Unusable::Control),
        ] {
            assert_eq!(Secret::new(text).err(), Some(why), "{text:?}");
        }
    }
}
