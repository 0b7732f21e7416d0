//! Who has the values that a save found taken.

use crate::app::session::Session;
use crate::domain::{Contact, FieldKey};
use crate::engine::SaveOutcome;

/// The holders of the values that were refused as taken, as far as they are found. `asked`: the contact as it
/// was to be.
pub(super) async fn holders(
    session: &Session,
    asked: &Contact,
    outcome: &SaveOutcome,
) -> Vec<(FieldKey, Contact)> {
    let SaveOutcome::Refused { fields, .. } = outcome else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for key in fields.iter().filter(|f| f.taken) {
        let Some(key) = FieldKey::parse(&key.key) else {
            continue;
        };
        let value = asked.field(key);
        if value.is_empty() {
            continue;
        }
        // That it was refused is told already; who has it is a help, not a result.
        if let Ok(Some(holder)) = session.holder(key, value, &asked.id).await {
            found.push((key, holder));
        }
    }
    found
}
