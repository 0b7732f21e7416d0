//! What the journal keeps of one contact's save that belongs to no bulk run: the same entries as of a row.

use super::judge::{Judged, judge};
use super::rows::closing;
use crate::engine::journal::{End, Entry, Intent, RowFold};
use crate::engine::reason::Reason;
use crate::engine::save::SaveOutcome;

/// The entries that end the row of a single save which sent `intent`.
pub fn ended(intent: Intent, outcome: SaveOutcome) -> Vec<Entry> {
    let fold = RowFold::of([Entry::Intent(intent)]);
    let (end, otherwise) = match judge(outcome, &fold) {
        Judged::End { end, otherwise } => (end, otherwise),
        Judged::Again {
            trouble,
            unsettled: true,
            ..
        } => {
            let message = trouble.message;
            (End::Unknown { message }, Vec::new())
        }
        Judged::Again { trouble, .. } => {
            let reason = Reason::of(trouble.kind);
            let message = trouble.message;
            (End::Failed { reason, message }, Vec::new())
        }
    };
    closing(&fold, end, otherwise)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{
        AccountName, Change, Contact, ContactId, Patch, ProviderId, Trouble, TroubleKind,
    };
    use crate::engine::journal::Outcome;
    use crate::engine::save::Check;

    fn intent() -> Intent {
        let mut patch = Patch::default();
        patch.tags.add.insert("vip".into());
        let changes = vec![Change {
            key: "tags".into(),
            old: json!([]),
            new: json!(["vip"]),
        }];
        Intent {
            patch,
            changes,
            record: None,
        }
    }

    fn fold(outcome: SaveOutcome) -> RowFold {
        let mut fold = RowFold::of([Entry::Intent(intent())]);
        ended(intent(), outcome)
            .into_iter()
            .for_each(|e| fold.add(e));
        fold
    }

    #[test]
    fn only_what_may_be_stored_stays_to_be_taken_back() {
        let contact = Contact::new(
            ContactId::new("1"),
            AccountName::new("a"),
            ProviderId::Local,
        );
        let applied = |check| SaveOutcome::Applied {
            before: contact.clone(),
            after: contact.clone(),
            changes: intent().changes,
            check,
        };
        let trouble = |kind| Trouble::new(kind, "no");
        let failed = |kind| SaveOutcome::Failed {
            trouble: trouble(kind),
            partly: false,
            stored: None,
        };
        for (outcome, end, kept) in [
            (applied(Check::Verified), Outcome::Applied, true),
            (applied(Check::Unknown("?".into())), Outcome::Unknown, true),
            (failed(TroubleKind::Network), Outcome::Failed, false),
            (failed(TroubleKind::NotFound), Outcome::Failed, false),
            (
                SaveOutcome::Unknown {
                    trouble: trouble(TroubleKind::Network),
                    stored: None,
                },
                Outcome::Unknown,
                true,
            ),
        ] {
            let fold = fold(outcome);
            assert_eq!(fold.end.as_ref().map(End::outcome), Some(end), "{fold:?}");
            assert_eq!(!fold.intents.is_empty(), kept, "{fold:?}");
            assert!(!fold.open);
        }
    }
}
