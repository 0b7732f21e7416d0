//! The rules a contact must keep on every save, and those only the database knows.

use super::records::Contact;
use super::reply::Refusal;
use super::state::State;

const LONGEST: usize = 255;

/// Checks a contact about to be saved, as the application does before it asks the database.
///
/// # Errors
/// [`Refusal::Invalid`] with one entry per broken rule.
pub fn contact(state: &State, contact: &Contact) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    let fields = [
        ("name", "Name", &contact.name),
        ("email", "Email", &contact.email),
        ("phone_number", "Phone number", &contact.phone_number),
        ("identifier", "Identifier", &contact.identifier),
    ];
    for (field, title, value) in fields {
        if value
            .as_deref()
            .is_some_and(|v| v.chars().count() > LONGEST)
        {
            let text = format!("{title} is too long (maximum is {LONGEST} characters)");
            problems.push((field, text));
        }
    }
    let others = || {
        state
            .contacts
            .values()
            .filter(|c| c.account == contact.account && c.id != contact.id)
    };
    if let Some(email) = present(&contact.email) {
        let taken = others().any(|c| {
            present(&c.email).is_some_and(|other| other.to_lowercase() == email.to_lowercase())
        });
        if taken {
            problems.push(("email", "Email has already been taken".into()));
        }
        if !is_email(email) {
            problems.push(("email", "Email Invalid email".into()));
        }
    }
    if let Some(identifier) = present(&contact.identifier)
        && others().any(|c| c.identifier.as_deref() == Some(identifier))
    {
        problems.push(("identifier", "Identifier has already been taken".into()));
    }
    if let Some(phone) = present(&contact.phone_number) {
        if others().any(|c| c.phone_number.as_deref() == Some(phone)) {
            problems.push(("phone_number", "Phone number has already been taken".into()));
        }
        if !ends_in_e164(phone) {
            let text = "Phone number should be in e164 format";
            problems.push(("phone_number", text.into()));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(problems))
    }
}

/// The unique index on identifiers counts the empty text as a value, unlike the validation above.
///
/// # Errors
/// [`Refusal::Crash`], as the constraint's exception is caught by nobody.
pub fn constraints(state: &State, contact: &Contact) -> Result<(), Refusal> {
    let clash = contact.identifier.as_deref() == Some("")
        && state.contacts.values().any(|c| {
            c.account == contact.account && c.id != contact.id && c.identifier == contact.identifier
        });
    if clash { Err(Refusal::Crash) } else { Ok(()) }
}

fn present(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|text| !text.trim().is_empty())
}

/// One `@`, something on both sides, no white space.
fn is_email(text: &str) -> bool {
    let mut parts = text.split('@');
    let whole = |part: Option<&str>| part.is_some_and(|p| !p.is_empty());
    whole(parts.next())
        && whole(parts.next())
        && parts.next().is_none()
        && !text.contains(char::is_whitespace)
}

/// The pattern is anchored at the end only: a plus, a digit that is not 0, and 1 to 14 more.
fn ends_in_e164(text: &str) -> bool {
    let Some((_, digits)) = text.rsplit_once('+') else {
        return false;
    };
    (2..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}
