//! From `edit`'s arguments to a patch: keys, values typed by the definitions, flags, tags. Whether the
//! values are acceptable is `domain::validate`'s.

use crate::app::session::Session;
use crate::cli::EditArgs;
use crate::domain::{
    AttributeDefinition, Contact, Edit, FieldKey, FieldKind, FieldTable, Flag, Patch, Trouble,
    TroubleKind, attribute, phone,
};

/// The patch that the arguments describe; values are typed by the definitions.
pub fn patch_of(
    args: &EditArgs,
    session: &Session,
    base: &Contact,
    definitions: &[AttributeDefinition],
) -> Result<Patch, Trouble> {
    named_once(args)?;
    let mut patch = Patch::default();
    for pair in &args.set {
        let (key, value) = split(pair, "--set", "KEY=VALUE")?;
        let key = field_key(key)?;
        let edit = if value.is_empty() {
            Edit::Clear
        } else {
            Edit::Set(canonical(session.table(), key, value))
        };
        patch.fields.insert(key, edit);
    }
    for key in &args.clear {
        patch.fields.insert(field_key(key)?, Edit::Clear);
    }
    let spec = &session.table().attributes;
    let untyped = spec.untyped;
    for pair in &args.set_attr {
        let (name, text) = split(pair, "--set-attr", "NAME=VALUE")?;
        if text.is_empty() && session.table().attributes.empty_removes {
            return Err(invalid(format!(
                "attr.{name}: an empty value removes the attribute here"
            ))
            .with_hint(format!("say so with --unset-attr {name}")));
        }
        // What is stored as no text is made one by asking for it in so many words.
        let current = base.attributes.get(name);
        let current = current.filter(|value| spec.unwritable(value).is_none());
        let value = match definitions.iter().find(|d| d.key == name) {
            Some(definition) => definition.value_of(text, current),
            None => attribute::value_of(untyped, text, current),
        };
        let value = value.map_err(|m| invalid(format!("attr.{name}: {m}")))?;
        patch.attributes.insert(name.to_string(), Edit::Set(value));
    }
    for name in &args.unset_attr {
        patch.attributes.insert(name.clone(), Edit::Clear);
    }
    patch.tags.add.extend(args.add_tag.iter().cloned());
    patch.tags.remove.extend(args.remove_tag.iter().cloned());
    if let Some(both) = patch.tags.add.intersection(&patch.tags.remove).next() {
        return Err(invalid(format!(
            "tags: {both:?} is to be both added and removed"
        )));
    }
    for pair in &args.flag {
        let (name, state) = split(pair, "--flag", "FLAG=yes|no|unknown")?;
        let flag = Flag::parse(name).ok_or_else(|| {
            invalid(format!(
                "--flag: {name:?} is not a flag; use optin or blocked"
            ))
        })?;
        let edit = match state {
            "yes" | "true" => Edit::Set(true),
            "no" | "false" => Edit::Set(false),
            "unknown" => Edit::Clear,
            other => {
                let message = format!("{flag}: {other:?} is not a state; use yes, no or unknown");
                return Err(invalid(message));
            }
        };
        patch.flags.insert(flag, edit);
    }
    Ok(patch)
}

/// Refuses a field, attribute or flag that is named twice: one of the two would be lost in silence.
fn named_once(args: &EditArgs) -> Result<(), Trouble> {
    let key = |pair: &String| pair.split('=').next().unwrap_or_default().to_string();
    let fields = args.set.iter().map(key).chain(args.clear.iter().cloned());
    let attributes = args.set_attr.iter().map(key);
    let attributes = attributes
        .chain(args.unset_attr.iter().cloned())
        .map(|n| format!("attr.{n}"));
    let flags = args.flag.iter().map(key);
    let mut seen = std::collections::BTreeSet::new();
    for name in fields.chain(attributes).chain(flags) {
        if !seen.insert(name.clone()) {
            return Err(invalid(format!("{name}: it is named twice"))
                .with_hint("name each field, attribute and flag once"));
        }
    }
    Ok(())
}

/// A number that the provider wants as bare digits may be written as people write numbers.
fn canonical(table: &FieldTable, key: FieldKey, value: &str) -> String {
    let digits = table
        .field(key)
        .is_some_and(|f| f.kind == FieldKind::PhoneDigits);
    let bare = if digits {
        phone::digits_with_code(value).ok()
    } else {
        None
    };
    bare.unwrap_or_else(|| value.to_string())
}

fn split<'a>(pair: &'a str, option: &str, form: &str) -> Result<(&'a str, &'a str), Trouble> {
    pair.split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| invalid(format!("{option}: {pair:?} must have the form {form}")))
}

fn field_key(key: &str) -> Result<FieldKey, Trouble> {
    FieldKey::parse(key).ok_or_else(|| {
        let fields = FieldKey::ALL.map(FieldKey::as_str).join(", ");
        invalid(format!("{key:?} is not a field; use one of {fields}"))
            .with_hint("tags, attributes and flags have options of their own: see edit --help")
    })
}

fn invalid(message: String) -> Trouble {
    Trouble::new(TroubleKind::Invalid, message)
}
