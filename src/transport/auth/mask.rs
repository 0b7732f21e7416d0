//! Secrets in a text that is to be shown: found in every spelling, and replaced by stars. Which secrets there are is
//! the credentials' matter.

use crate::http::encode_component;
use crate::secret::STARS;

/// The text with every secret replaced by stars, also where it stands percent-encoded or inside a JSON string, or
/// where only its beginning is left in a text that was cut at a `…`.
pub(super) fn without<'a>(text: &str, secrets: impl Iterator<Item = &'a str>) -> String {
    let mut forms: Vec<String> = Vec::new();
    for plain in secrets {
        forms.push(plain.to_string());
        // Encoding leaves these as they are.
        if plain
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        {
            continue;
        }
        let json = serde_json::Value::from(plain).to_string();
        forms.push(json.trim_matches('"').to_string());
        forms.push(encode_component(plain));
        forms.push(encode_component(plain).to_lowercase());
    }
    // The longest first: one secret may be the beginning of another.
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    let mut shown = text.to_string();
    for form in forms.iter().filter(|form| !form.is_empty()) {
        // Every request asks, and hardly any text holds one.
        if shown.contains(form.as_str()) {
            shown = shown.replace(form, STARS);
        }
    }
    match shown.contains('…') {
        true => without_beginnings(&shown, &forms),
        false => shown,
    }
}

/// Characters of a secret that say nothing yet when they stand before a cut: words begin with them, too.
const SAID_BY_CHANCE: usize = 3;

/// The text without the beginnings of secrets before a `…`: a quotation may have been cut within one.
fn without_beginnings(text: &str, forms: &[String]) -> String {
    let mut pieces: Vec<&str> = text.split('…').collect();
    let last = pieces.pop().unwrap_or_default();
    let mut shown = String::with_capacity(text.len());
    for piece in pieces {
        let beginnings = forms
            .iter()
            .filter_map(|form| beginning_at_end(piece, form));
        match beginnings.max_by_key(|beginning| beginning.len()) {
            Some(beginning) => {
                shown.push_str(piece.strip_suffix(beginning).unwrap_or(piece));
                shown.push_str(STARS);
            }
            None => shown.push_str(piece),
        }
        shown.push('…');
    }
    shown.push_str(last);
    shown
}

/// The longest beginning of a secret that a text ends with.
fn beginning_at_end<'a>(text: &str, secret: &'a str) -> Option<&'a str> {
    let ends = secret.char_indices().map(|(at, _)| at);
    let beginnings = ends
        .skip(SAID_BY_CHANCE + 1)
        .filter_map(|at| secret.get(..at));
    let found = beginnings.filter(|beginning| text.ends_with(beginning));
    found.last()
}

/// The text with stars in place of everything that may be a SHA-256 in hexadecimal.
pub(super) fn without_hashes(text: &str) -> String {
    const DIGITS: usize = 64;
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let (before, run) = rest.split_at(start);
        let end = run.find(|c: char| !c.is_ascii_hexdigit());
        let (run, after) = run.split_at(end.unwrap_or(run.len()));
        shown.push_str(before);
        shown.push_str(if run.len() >= DIGITS { STARS } else { run });
        rest = after;
    }
    shown + rest
}
