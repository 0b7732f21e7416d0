//! `cardex show ID`: one contact, read from its source.

use super::exit;
use super::output::Output;
use crate::app::session::Session;
use crate::domain::attribute::text_of;
use crate::domain::{Access, Contact, FieldTable, TagsRead, Trouble, shown};

/// Reads and prints the contact. Returns the exit code.
///
/// # Errors
/// When the id is none, or the contact can not be read.
pub async fn run(session: &Session, id: &str, out: Output) -> Result<u8, Trouble> {
    let id = session.check_id(id)?;
    let contact = session.read(&id).await?;
    session.remember_contact(&contact).await;
    let printed = if out.json {
        out.object(&contact.to_json())
    } else {
        lines(&contact, session.table())
            .iter()
            .try_for_each(|l| out.line(l))
    };
    Ok(printed.err().unwrap_or(exit::DONE))
}

/// The contact as lines for people: label, value.
fn lines(contact: &Contact, table: &FieldTable) -> Vec<String> {
    let mut rows: Vec<(String, String)> = vec![("Id".into(), contact.id.to_string())];
    for spec in &table.fields {
        if !matches!(spec.access, Access::Absent(_) | Access::WriteOnly(_)) {
            rows.push((spec.label.into(), contact.field(spec.key).into()));
        }
    }
    let tags = match contact.tags_read {
        TagsRead::No => "(not read)".into(),
        TagsRead::All | TagsRead::Catalogue => {
            contact.tags.iter().cloned().collect::<Vec<_>>().join(", ")
        }
    };
    rows.push((table.tags.full_label().into_owned(), tags));
    for spec in &table.flags {
        if !matches!(spec.access, Access::Absent(_)) {
            let state = match contact.flag(spec.flag) {
                Some(true) => "yes",
                Some(false) => "no",
                None => "unknown",
            };
            rows.push((spec.flag.label().into(), state.into()));
        }
    }
    if !contact.attributes_known {
        let note = "as last known: they were not told when this was read";
        rows.push(("(Attributes)".into(), note.into()));
    }
    for (name, value) in &contact.attributes {
        rows.push((format!("attr.{name}"), text_of(value)));
    }
    for (label, text) in &contact.extra {
        rows.push((format!("({label})"), text.clone()));
    }
    if let Some(at) = contact.updated_at {
        rows.push(("Updated".into(), at.to_string()));
    }
    let widest = rows
        .iter()
        .map(|(l, _)| shown::width(l))
        .max()
        .unwrap_or(0)
        .min(28);
    rows.iter()
        .map(|(label, value)| {
            let pad = " ".repeat(widest.saturating_sub(shown::width(label)));
            format!(
                "{}{pad}  {}",
                shown::one_line(label),
                shown::one_line(value)
            )
        })
        .collect()
}
