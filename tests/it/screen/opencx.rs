//! What the form says of OpenCX's own ways: tags kept in custom data, values that are no texts, keys that may
//! stay.

use cardex::config::Account;
use cardex::domain::diff::Change;
use cardex::domain::{AccountName, Contact, ProviderId};
use cardex::engine::{Check, SaveOutcome};
use cardex::provider;
use cardex::tui::Msg;
use serde_json::json;

use super::kit::{Script, closed, contacts};

/// A form on a contact with a number in its custom data.
fn form(tags_attribute: Option<&str>) -> Script {
    form_on(tags_attribute, |c| {
        c.attributes.insert("seats".into(), json!(5));
    })
}

fn form_on(tags_attribute: Option<&str>, change: impl FnOnce(&mut Contact)) -> Script {
    let context = Account {
        provider: ProviderId::OpenCx,
        tags_attribute: tags_attribute.map(str::to_string),
        ..Account::local(AccountName::new("demo"))
    }
    .context();
    let mut store = contacts(1);
    change(&mut store[0]);
    closed(store)
        .account(|a| {
            a.provider = ProviderId::OpenCx;
            a.title = "OpenCX".into();
            a.table = provider::table(ProviderId::OpenCx, &context);
        })
        .open()
        .msg(Msg::Drafts(Vec::new()))
        .keys("e")
}

#[test]
fn the_form_says_where_tags_are_kept_and_what_can_not_be_edited() {
    let script = form(Some("tags")).snapshot("opencx_form_80x24");
    let script = script
        .size(40, 12)
        .snapshot("opencx_form_40x12")
        .size(80, 24);
    // From the name down to the number, which takes no letters.
    let script = script.keys("<up><up>").shows("▌  seats").keys("9<ctrl-s>");
    script.shows("Nothing to save");
    form(None).hides("custom data “tags”");
}

#[test]
fn before_a_key_is_removed_and_after_it_stayed_it_is_said_that_it_may() {
    let note = "OpenCX may keep a key that is left out";
    let mut script = form(Some("tags"));
    let base: Contact = script.store[0].clone();
    let mut stored = base.clone();
    stored.attributes.remove("plan");
    let row = Change {
        key: "attr.plan".into(),
        old: json!(null),
        new: json!("gold"),
    };
    script.saves.push_back(SaveOutcome::Applied {
        before: base,
        after: stored,
        changes: Vec::new(),
        check: Check::Drifted(vec![row]),
    });
    let script = script
        .keys("<tab><tab><tab><tab><tab><ctrl-x>")
        .keys("<ctrl-s>")
        .shows(note);
    script.keys("<enter>").shows("asked").shows(note);
}

#[test]
fn attributes_that_were_not_told_are_shown_as_last_known() {
    let script = form_on(None, |c| c.attributes_known = false);
    script.shows("as last known").shows("gold");
    form_on(None, |_| {}).hides("as last known");
}
