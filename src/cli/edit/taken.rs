//! Who has the values that a save found taken.

use crate::app::session::Session;
use crate::domain::{Contact, FieldKey};
use crate::engine::SaveOutcome;

/// The holders of the values that were refused as taken, or that may be why, as far as they are found. `base`:
/// the contact as read, `asked`: as it was to be.
pub(super) async fn holders(
    session: &Session,
    base: &Contact,
    asked: &Contact,
    outcome: &SaveOutcome,
) -> Vec<(FieldKey, Contact)> {
    let SaveOutcome::Refused { fields, .. } = outcome else {
        return Vec::new();
    };
    let named = fields.iter().filter(|f| f.taken);
    let mut keys: Vec<FieldKey> = named.filter_map(|f| FieldKey::parse(&f.key)).collect();
    if fields.is_empty() {
        // Refused without a word on which value: one that somebody else has is a likely reason.
        keys.extend([
            FieldKey::Email,
            FieldKey::Phone,
            FieldKey::Identifier,
            FieldKey::LinkedinUrl,
        ]);
    }
    let mut found = Vec::new();
    for key in keys {
        let value = asked.field(key);
        if value.is_empty() || value == base.field(key) {
            continue;
        }
        // That it was refused is told already; who has it is a help, not a result.
        if let Ok(Some(holder)) = session.holder(key, value, &asked.id).await {
            found.push((key, holder));
        }
    }
    found
}
