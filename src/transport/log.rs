//! The request log: the last attempts of all accounts, masked, in memory.
//!
//! Entries are plain data and hold no secret and no body; e-mail addresses and phone numbers in a
//! URL are taken out as well. Nothing here is written to disk.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::exchange::BrokenKind;
use crate::http::Method;

/// How many entries are kept unless told otherwise.
pub const KEPT: usize = 500;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With an answer of this status.
    Status(u16),
    /// Without a usable one.
    Broken(BrokenKind),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::Broken(kind) => {
                let kind = format!("{kind:?}").to_lowercase();
                write!(f, "no answer ({kind})")
            }
        }
    }
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When it left.
    pub at: Timestamp,
    /// The account's name.
    pub account: String,
    /// The method.
    pub method: Method,
    /// The URL, masked.
    pub url: String,
    /// How it ended.
    pub ended: Ended,
    /// Milliseconds from leaving to the end of the answer.
    pub millis: u64,
    /// Which attempt of its call this was, from 1.
    pub attempt: u32,
    /// Bytes of the answer's body, unpacked.
    pub bytes: usize,
    /// What was decided or what broke, masked; empty for a plain success.
    pub note: String,
}

/// A shared handle on the log; clones see the same entries.
#[derive(Debug, Clone)]
pub struct Log {
    ring: Arc<Mutex<Ring>>,
}

#[derive(Debug)]
struct Ring {
    entries: VecDeque<LogEntry>,
    kept: usize,
    written: u64,
}

impl Default for Log {
    fn default() -> Self {
        Self::new(KEPT)
    }
}

impl Log {
    /// An empty log that keeps so many entries.
    pub fn new(kept: usize) -> Self {
        Self {
            ring: Arc::new(Mutex::new(Ring {
                entries: VecDeque::new(),
                kept,
                written: 0,
            })),
        }
    }

    /// Adds an entry; the oldest one goes when the log is full.
    pub fn push(&self, entry: LogEntry) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.written += 1;
        ring.entries.push_back(entry);
        while ring.entries.len() > ring.kept {
            ring.entries.pop_front();
        }
    }

    /// The kept entries, oldest first.
    pub fn entries(&self) -> Vec<LogEntry> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.entries.iter().cloned().collect()
    }

    /// How many entries were ever added: unchanged means nothing new to draw.
    pub fn written(&self) -> u64 {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.written
    }
}

/// The URL without personal data: query values and path segments that hold an `@`, and query values
/// with seven or more digits and nothing but what phone numbers are written with, become `…`. So do, under
/// Chatwoot's public API, the source id and the identifier of a contact: who knows them and the inbox can
/// write to it.
pub(super) fn without_people(url: &str) -> String {
    let (path, query) = url
        .split_once('?')
        .map_or((url, None), |(p, q)| (p, Some(q)));
    let public = path.contains(PUBLIC);
    let mut before = "";
    let path: Vec<&str> = path
        .split('/')
        .map(|segment| {
            let secret = public && before == "contacts";
            before = segment;
            if secret || address(segment) {
                "…"
            } else {
                segment
            }
        })
        .collect();
    let mut out = path.join("/");
    if let Some(query) = query {
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) if address(value) || phone(value) => format!("{name}=…"),
                Some((name @ "identifier", _)) if public => format!("{name}=…"),
                _ => pair.to_string(),
            })
            .collect();
        out.push('?');
        out.push_str(&pairs.join("&"));
    }
    out
}

/// What stands in the addresses of Chatwoot's public API.
const PUBLIC: &str = "/public/api/v1/inboxes/";

fn address(text: &str) -> bool {
    text.contains('@') || text.contains("%40")
}

fn phone(value: &str) -> bool {
    let plain = value
        .replace("%2B", "+")
        .replace("%2b", "+")
        .replace("%20", " ");
    plain.bytes().filter(u8::is_ascii_digit).count() >= 7
        && plain
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+ -().".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(attempt: u32) -> LogEntry {
        LogEntry {
            at: Timestamp::UNIX_EPOCH,
            account: "support".into(),
            method: Method::Get,
            url: "https://h.example/".into(),
            ended: Ended::Status(200),
            millis: 1,
            attempt,
            bytes: 2,
            note: String::new(),
        }
    }

    #[test]
    fn the_last_entries_are_kept_and_shared() {
        let log = Log::new(2);
        let other = log.clone();
        for attempt in 1..=3 {
            log.push(entry(attempt));
        }
        assert_eq!(other.entries(), [entry(2), entry(3)]);
        assert_eq!(other.written(), 3);
    }

    #[test]
    fn people_are_taken_out_of_urls() {
        for (url, expected) in [
            (
                "https://h/a/12345678?page=1&sort=-name",
                "https://h/a/12345678?page=1&sort=-name",
            ),
            ("https://h/a?email=x%40y.z&n=1", "https://h/a?email=…&n=1"),
            ("https://h/by/x@y.z/tags?q=ada", "https://h/by/…/tags?q=ada"),
            (
                "https://h/a?phone=%2B49%20151-2345678",
                "https://h/a?phone=…",
            ),
            (
                "https://h/public/api/v1/inboxes/***/contacts/web-1?identifier=cust-1&identifier_hash=***",
                "https://h/public/api/v1/inboxes/***/contacts/…?identifier=…&identifier_hash=***",
            ),
            (
                "https://h/v1/contacts/7?identifier=x",
                "https://h/v1/contacts/7?identifier=x",
            ),
            (
                "https://h/a?id=64b7f00000000000000000aa",
                "https://h/a?id=64b7f00000000000000000aa",
            ),
        ] {
            assert_eq!(without_people(url), expected);
        }
    }
}
