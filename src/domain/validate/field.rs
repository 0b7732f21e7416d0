//! Standard fields: text, e-mail, telephone, address.

use url::Url;

use super::{Problem, clean, clearing, refusal, strict_email};
use crate::domain::field::{Access, FieldKey, FieldKind, FieldSpec};
use crate::domain::phone;
use crate::domain::shown::one_line;

/// Checks the text entered for a field. Empty text asks to clear it (a write-only field is merely not set).
/// `region` is the account's default region, for repairs of national telephone numbers. Ask only about text
/// that was changed: stored text is never the person's fault.
pub fn field(spec: &FieldSpec, text: &str, region: Option<&str>) -> Option<Problem> {
    if let Some(reason) = refusal(spec.access) {
        return Some(Problem::error(format!("can not be set: {reason}")));
    }
    if text.is_empty() {
        return match (spec.access, spec.key) {
            (Access::WriteOnly(_), _) => None,
            (access, FieldKey::Name) if access.can_clear() => Some(Problem::warning(
                "is empty: the contact is then called by its e-mail, phone or id",
            )),
            (access, _) => clearing(access),
        };
    }
    let problem = match spec.kind {
        FieldKind::Text => plain(text),
        FieldKind::Email => email(text),
        FieldKind::PhoneE164 => e164(text, region),
        FieldKind::PhoneDigits => digits(text, region),
        FieldKind::Url => web_address(text),
        FieldKind::EmailStrict => strict_email::check(text, email(text)),
        FieldKind::PhoneFree => free_phone(text, region),
        FieldKind::Company => company(text),
    };
    let length = text.chars().count();
    match (problem, spec.max_chars) {
        (Some(problem), _) if problem.is_error() => Some(problem),
        (_, Some(most)) if length > most => Some(Problem::error(format!(
            "has {length} characters; {most} at most are accepted"
        ))),
        (problem, _) => problem,
    }
}

fn plain(text: &str) -> Option<Problem> {
    let cleaned = clean(text);
    if cleaned.is_empty() {
        return Some(Problem::warning(
            "holds nothing but blanks; empty it to clear it",
        ));
    }
    if text.chars().any(char::is_control) {
        let message = "holds a line break or another control character";
        return Some(Problem::warning(message).with_repair(Some(cleaned)));
    }
    if text.trim() != text {
        return Some(Problem::warning("has blanks around it").with_repair(Some(cleaned)));
    }
    None
}

/// Ruby's `\s`, which Chatwoot's rule is made with: ASCII only.
fn is_ruby_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

/// `\A[^@\s]+@[^@\s]+\z`.
fn is_email(text: &str) -> bool {
    let part = |p: &str| !p.is_empty() && !p.contains(is_ruby_blank);
    let mut parts = text.split('@');
    let (local, domain) = (parts.next(), parts.next());
    local.is_some_and(part) && domain.is_some_and(part) && parts.next().is_none()
}

fn email(text: &str) -> Option<Problem> {
    let unseen = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    let trimmed = text.trim_matches(unseen);
    let inner = match trimmed.split_once('<') {
        // Ada Byron <ada@example.org>
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or(trimmed),
        None => trimmed.strip_prefix("mailto:").unwrap_or(trimmed),
    };
    let repair = || {
        let good = inner != text && is_email(inner) && !inner.contains(unseen);
        good.then(|| inner.to_string())
    };
    if !is_email(text) {
        let why = match text.matches('@').count() {
            0 => "has no @",
            1 if text.contains(is_ruby_blank) => "holds a blank",
            1 => "has nothing before or behind the @",
            _ => "has more than one @",
        };
        let message = format!("{why}; an e-mail address looks like ada@example.org");
        return Some(Problem::error(message).with_repair(repair()));
    }
    if text.contains(unseen) {
        let message = "holds an invisible character";
        return Some(Problem::warning(message).with_repair(repair()));
    }
    if inner != text && is_email(inner) {
        return Some(Problem::warning("holds more than the address").with_repair(repair()));
    }
    let domain = text.rsplit('@').next().unwrap_or_default();
    let warning = if domain.ends_with('.') || domain.starts_with('.') || domain.contains("..") {
        "has a dot too many behind the @"
    } else if !domain.contains('.') {
        "has no dot behind the @; mail will hardly arrive"
    } else if text.contains([',', ';', '<', '>', '"']) {
        "holds a character that addresses rarely have; one address is wanted"
    } else {
        return None;
    };
    Some(Problem::warning(warning))
}

fn free_phone(text: &str, region: Option<&str>) -> Option<Problem> {
    let e164 = phone::check_e164(text).err()?;
    let repair = phone::repair(text, region);
    Some(Problem::warning(format!("{e164}; the provider takes it as it is")).with_repair(repair))
}

/// A number, or something that can be a domain: it is looked up, and a typo may find nobody, or make somebody.
fn company(text: &str) -> Option<Problem> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let number = text.parse::<i64>().ok().filter(|n| *n > 0);
        let plain = number.map(|n| n.to_string());
        let message = "is no company number; it is a whole number from 1 on";
        // Stored it would read otherwise.
        let fits = plain.as_deref() == Some(text);
        return (!fits).then(|| Problem::error(message).with_repair(plain));
    }
    let bare = text
        .trim()
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    let bare = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let domain = |t: &str| {
        t.contains('.')
            && !t.starts_with('.')
            && !t.ends_with('.')
            && !t.contains("..")
            && t.chars()
                .all(|c| c.is_alphanumeric() || c == '.' || c == '-')
    };
    if domain(text) {
        return None;
    }
    let message = "is neither a company's number nor a domain such as acme.com";
    Some(Problem::error(message).with_repair(domain(bare).then(|| bare.to_lowercase())))
}

/// Characters that the screen would have to spell out.
fn is_invisible(c: char) -> bool {
    let mut buffer = [0; 4];
    one_line(c.encode_utf8(&mut buffer)).starts_with("⟨U+")
}

fn e164(text: &str, region: Option<&str>) -> Option<Problem> {
    let message = phone::check_e164(text).err()?;
    let repair = phone::repair(text, region);
    Some(Problem::error(message).with_repair(repair))
}

fn digits(text: &str, region: Option<&str>) -> Option<Problem> {
    let completed = phone::repair(text, region)
        .and_then(|whole| whole.strip_prefix('+').map(str::to_string))
        .filter(|whole| whole != text && phone::digits_with_code(whole).is_ok());
    match phone::digits_with_code(text) {
        Err(message) => Some(Problem::error(message).with_repair(completed)),
        Ok(digits) if digits != text => {
            let message = "digits only, without + and punctuation";
            Some(Problem::error(message).with_repair(completed.or(Some(digits))))
        }
        Ok(_) => {
            let completed = completed?;
            let message = "reads like a number without its dialing code";
            Some(Problem::warning(message).with_repair(Some(completed)))
        }
    }
}

/// Whether a text is an absolute http or https address with a host.
pub(super) fn is_web_address(text: &str) -> bool {
    let has_scheme = ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    });
    has_scheme
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && Url::parse(text).is_ok_and(|url| url.has_host())
}

/// The address with blanks around it gone and `https://` in front, where that makes a good one.
pub(super) fn web_repair(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if is_web_address(trimmed) {
        return Some(trimmed.to_string()).filter(|t| t != text);
    }
    let host = trimmed.split(['/', '?', '#']).next().unwrap_or_default();
    let dotted = host.contains('.')
        && !host.contains([':', '@'])
        && host.split('.').all(|label| !label.is_empty())
        && host.ends_with(char::is_alphabetic);
    let whole = format!("https://{trimmed}");
    (dotted && is_web_address(&whole)).then_some(whole)
}

fn web_address(text: &str) -> Option<Problem> {
    if is_web_address(text) {
        return None;
    }
    let message = "is not a web address; write it whole, such as https://example.org/ada.png";
    Some(Problem::error(message).with_repair(web_repair(text)))
}
