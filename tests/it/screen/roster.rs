//! Accounts whose contacts are those of a roster: how an empty one is filled, and who is not found.

use cardex::domain::{ContactId, ProviderId};
use cardex::provider::chatwoot_public;
use cardex::tui::Effect;
use cardex::tui::msg::LoadPhase;

use super::kit::{Script, closed, contacts, screen};

fn widget(store: Vec<cardex::domain::Contact>) -> Script {
    closed(store)
        .account(|a| {
            a.provider = ProviderId::ChatwootPublic;
            a.title = "Chatwoot public".into();
            a.table = chatwoot_public::table();
        })
        .open()
}

fn added(script: &mut Script) -> Vec<ContactId> {
    let adds = script.taken().into_iter().filter_map(|e| match e {
        Effect::AddToRoster(id) => Some(id),
        _ => None,
    });
    adds.collect()
}

#[test]
fn an_empty_roster_says_how_it_is_filled() {
    for (columns, rows) in [(80, 24), (40, 12)] {
        let script = widget(Vec::new()).loading(LoadPhase::Complete, 0, Some(0));
        let script = script.size(columns, rows);
        script
            .shows("The roster of this account is empty.")
            .shows(":roster-add")
            .shows("import");
    }
}

#[test]
fn a_source_id_is_added_from_the_command_line_of_the_screen() {
    let mut script = widget(Vec::new()).keys(":roster-add web-0001<enter>");
    assert_eq!(added(&mut script), [ContactId::new("web-0001")]);
    // Offered by name, with a blank to go on from.
    let mut script = widget(Vec::new()).keys(":roster<tab>web-2<enter>");
    assert_eq!(added(&mut script), [ContactId::new("web-2")]);
}

#[test]
fn what_is_no_source_id_is_refused_and_other_accounts_have_no_such_command() {
    let mut script = widget(Vec::new())
        .keys(":roster-add web.1<enter>")
        .shows("dots");
    assert_eq!(added(&mut script), []);
    let mut script = screen(contacts(1))
        .keys(":roster-add x<enter>")
        .shows("no roster");
    assert_eq!(added(&mut script), []);
    screen(contacts(1)).keys(":roster").hides("roster-add");
}

#[test]
fn who_is_not_found_stays_listed_and_says_so() {
    let mut store = contacts(2);
    for contact in &mut store {
        contact.provider = ProviderId::ChatwootPublic;
    }
    store[0].missing = true;
    let name = store[0].field(cardex::domain::FieldKey::Name).to_string();
    widget(store)
        .size(120, 24)
        .shows(&format!("{name} (not found at"))
        .keys("d")
        .shows("Missing")
        .shows("! not found at Chatwoot");
}
