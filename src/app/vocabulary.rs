//! Attribute definitions, tags and other words of an account: as last known, at once; then as they are now.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::clock;
use crate::app::session::Session;
use crate::domain::{TagSet, Trouble, TroubleKind};
use crate::tui::model::Vocabulary;

/// What the store knows from the last time.
pub async fn known(session: &Session) -> Vocabulary {
    let name = &session.account().name;
    let store = session.contacts();
    // What is not known yet is fetched next; a broken store is reported by the list.
    let definitions = store.definitions(name).await.ok().flatten();
    let catalogue = store.tags(name).await.ok().flatten();
    let tags_are_catalogue = catalogue.is_some();
    let tags = match catalogue {
        Some(found) => found.value.into_iter().collect(),
        None => session.tags_seen().await.unwrap_or_default(),
    };
    let mut seen = BTreeMap::new();
    for field in session.table().fields.iter().filter(|f| f.offers_seen) {
        let values = store.values_in_use(name, field.key).await;
        seen.insert(field.key, values.unwrap_or_default());
    }
    let names = match session.table().attributes.new_name_guard {
        Some(_) => store.attributes_in_use(name).await.unwrap_or_default(),
        None => BTreeSet::new(),
    };
    Vocabulary {
        definitions: definitions.map(|f| f.value).unwrap_or_default(),
        tags,
        tags_are_catalogue,
        seen,
        names: names.into_iter().collect(),
        trouble: None,
    }
}

/// What the provider says now; kept in the store for the next start.
pub async fn fetch(session: &Session) -> Vocabulary {
    let name = &session.account().name;
    let store = session.contacts();
    let (definitions, catalogue) = tokio::join!(session.definitions(), session.catalogue());
    let mut trouble: Option<Trouble> = None;
    if let Ok(found) = &definitions {
        let kept = store.put_definitions(name, found, clock::now()).await;
        trouble = trouble.or(kept.err().map(|e| failed(&e)));
    }
    if let Ok(Some(found)) = &catalogue {
        let tags: TagSet = found.iter().cloned().collect();
        let kept = store.put_tags(name, &tags, clock::now()).await;
        trouble = trouble.or(kept.err().map(|e| failed(&e)));
    }
    let failures = [definitions.as_ref().err(), catalogue.as_ref().err()];
    let mut failures = failures.into_iter().flatten();
    let first = failures.find(|t| !told_by_loading(t)).cloned();
    Vocabulary {
        trouble: first.or(trouble),
        ..known(session).await
    }
}

fn failed(error: &crate::store::StoreError) -> Trouble {
    crate::app::session::store_trouble("keeping definitions and tags", error)
}

/// Who can not be reached or does not let us in is told of where the list is loaded: once is enough.
fn told_by_loading(trouble: &Trouble) -> bool {
    matches!(
        trouble.kind,
        TroubleKind::SignIn | TroubleKind::Network | TroubleKind::Throttled
    )
}
