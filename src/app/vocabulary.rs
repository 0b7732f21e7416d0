//! Attribute definitions and tags of an account: as last known, at once; then as they are now.

use crate::app::clock;
use crate::app::session::Session;
use crate::domain::{TagSet, Trouble, TroubleKind};
use crate::tui::msg::Msg;

/// What the store knows from the last time.
pub async fn known(session: &Session) -> Msg {
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
    Msg::Vocabulary {
        definitions: definitions.map(|f| f.value).unwrap_or_default(),
        tags,
        tags_are_catalogue,
        trouble: None,
    }
}

/// What the provider says now; kept in the store for the next start.
pub async fn fetch(session: &Session) -> Msg {
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
    match known(session).await {
        Msg::Vocabulary {
            definitions,
            tags,
            tags_are_catalogue,
            ..
        } => Msg::Vocabulary {
            definitions,
            tags,
            tags_are_catalogue,
            trouble: first.or(trouble),
        },
        other => other,
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
