//! The editing screens: form, tag picker, review, conflict; from opening a contact to the end of its save.

use std::collections::BTreeMap;

use cardex::domain::attribute::AttributeType;
use cardex::domain::field::{Access, FieldKind};
use cardex::domain::{
    AttributeDefinition, Change, Contact, ContactId, Draft, DraftEdit, Edit, FieldKey, Flag,
    TagDelta, Trouble, TroubleKind,
};
use cardex::engine::{Check, SaveOutcome};
use cardex::http::curl::Credentials;
use cardex::http::{FieldProblem, HttpRequest, Method};
use cardex::tui::model::Vocabulary;
use cardex::tui::screen::Screen;
use cardex::tui::{Effect, Msg};
use serde_json::json;

use super::kit::{Script, closed, contact, contacts, screen};

/// An account in which nothing is kept yet.
fn fresh(store: Vec<Contact>) -> Script {
    screen(store).msg(Msg::Drafts(Vec::new()))
}

fn form() -> Script {
    fresh(contacts(3)).keys("e")
}

/// A contact with a value of every type, and the definitions for them.
fn typed() -> (Contact, Msg) {
    let mut one = contact(7, "Ada Byron");
    one.set_field(FieldKey::Email, "ada@example.org");
    let values = [
        ("note", json!("calls on\nMondays\nonly")),
        ("seats", json!(12)),
        ("rate", json!(2.5)),
        ("share", json!(40)),
        ("site", json!("https://example.org")),
        ("since", json!("2024-02-29")),
        ("plan", json!("gold")),
        ("active", json!(true)),
        ("odd_list", json!(["a", {"b": null}])),
        ("odd_null", json!(null)),
        ("bare_number", json!(3)),
    ];
    for (name, value) in values {
        one.attributes.insert(name.into(), value);
    }
    let define = |(key, label, kind): (&str, &str, AttributeType)| AttributeDefinition {
        key: key.into(),
        label: label.into(),
        kind,
        description: (key == "seats").then(|| "paid ones".into()),
        values: match kind {
            AttributeType::List => vec!["free".into(), "silver".into(), "gold".into()],
            _ => Vec::new(),
        },
        pattern: None,
        pattern_hint: None,
        days_as_times: false,
    };
    let definitions = [
        ("note", "Note", AttributeType::Text),
        ("seats", "Seats", AttributeType::Number),
        ("rate", "Rate", AttributeType::Currency),
        ("share", "Share", AttributeType::Percent),
        ("site", "Site", AttributeType::Link),
        ("since", "Customer since", AttributeType::Date),
        ("plan", "Plan", AttributeType::List),
        ("active", "Active", AttributeType::Checkbox),
        ("unset", "Not set", AttributeType::Text),
        ("unset_box", "Box not set", AttributeType::Checkbox),
    ];
    let vocabulary = Msg::Vocabulary(Box::new(Vocabulary {
        definitions: definitions.into_iter().map(define).collect(),
        tags: vec!["vip".into(), "trial".into(), "Café".into()],
        tags_are_catalogue: true,
        ..Vocabulary::default()
    }));
    (one, vocabulary)
}

fn typed_form() -> Script {
    let (one, vocabulary) = typed();
    fresh(vec![one]).msg(vocabulary).keys("e")
}

/// A remote account that keeps digits only and can not clear the number.
fn remote() -> Script {
    let script = closed(contacts(2)).account(|a| {
        a.practice = false;
        a.host = "https://api.example".into();
        a.auth = Credentials::header("authorization", "Bearer ");
        a.table.tags.outside_catalogue = Some("tags must exist in Settings");
        for field in &mut a.table.fields {
            if field.key == FieldKey::Phone {
                field.kind = FieldKind::PhoneDigits;
                field.access = Access::NoClear("the number is the contact's identity");
                field.caution = Some("messages go to this number");
            }
        }
        a.table.attributes.empty_removes = true;
    });
    let mut script = script.open().msg(Msg::Drafts(Vec::new()));
    script.preview = Ok(vec![
        HttpRequest::new(Method::Put, "https://api.example/v1/contacts/1?x=a%20b")
            .with_body(json!({"name": "Ada King", "tags": ["vip", "\u{202e}evil"]})),
        HttpRequest::new(Method::Get, "https://api.example/v1/contacts/1"),
    ]);
    script.msg(Msg::Vocabulary(Box::new(Vocabulary {
        tags: vec!["vip".into(), "trial".into(), "new".into()],
        tags_are_catalogue: true,
        ..Vocabulary::default()
    })))
}

fn failure() -> Trouble {
    Trouble::new(
        TroubleKind::Network,
        "writing the contact: connection reset",
    )
    .with_hint("check the network")
}

fn saves(script: &mut Script) -> Vec<cardex::domain::Patch> {
    let taken = script.taken().into_iter();
    taken
        .filter_map(|e| match e {
            Effect::Save { patch, .. } => Some(patch),
            _ => None,
        })
        .collect()
}

fn is_form(script: &Script) -> bool {
    matches!(script.model.stack.last(), Some(Screen::Form(_)))
}

#[test]
fn pictures_of_the_form() {
    form().snapshot("form_80x24");
    form().size(40, 12).snapshot("form_40x12");
    let wrong = "<tab><ctrl-u>ada example.org<tab><ctrl-u>0151 2345678";
    form().keys(wrong).snapshot("form_errors_80x24");
    form()
        .size(40, 12)
        .keys(wrong)
        .snapshot("form_errors_40x12");
    typed_form().snapshot("form_types_80x24");
    typed_form()
        .keys("<pgdn>")
        .size(40, 12)
        .snapshot("form_types_40x12");
    let script = closed(contacts(1)).account(|a| a.read_only = true);
    script.open().keys("e").snapshot("form_read_only");
    screen(contacts(3)).keys("Me").snapshot("form_masked");
    let script = form().keys("X<pgdn><pgdn><up><ctrl-x>");
    script.snapshot("form_removed_attribute");
}

#[test]
fn awkward_text_is_shown_and_kept() {
    let mut one = contact(1, "山田太郎 \u{1b}[31m\u{202e}gpj");
    one.set_field(FieldKey::Email, "دוד@example.org");
    one.tags.insert("a\tb\u{7}".into());
    one.tags.insert("👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}".into());
    one.attributes
        .insert("k\u{1b}ey".into(), json!("v\u{9b}1m\r\nzwei"));
    one.attributes
        .insert("{\u{202e}}".into(), json!({"\u{1b}": ["\u{202e}"]}));
    let script = screen(vec![one.clone()])
        .keys("e")
        .snapshot("form_awkward_80x24");
    let script = script.size(40, 12).snapshot("form_awkward_40x12");
    let mut script = script
        .keys("<backspace><backspace>X<ctrl-s>")
        .snapshot("review_awkward");
    script = script.keys("<enter>");
    let saved = saves(&mut script);
    assert_eq!(saved.len(), 1);
    let name = Edit::Set("山田太郎 \u{1b}[31m\u{202e}gX".to_string());
    assert_eq!(saved[0].fields, BTreeMap::from([(FieldKey::Name, name)]));
    assert!(saved[0].attributes.is_empty() && saved[0].tags.is_empty());
}

#[test]
fn the_cursor_stands_behind_wide_letters() {
    let script = screen(vec![contact(1, "山田")]).keys("e!");
    script
        .shows("山田!")
        .keys("<left><left>日")
        .shows("山日田!");
}

#[test]
fn keys_become_patches() {
    let name = |text: &str| json!({"fields": {"name": {"set": text}}});
    let attr = |key: &str, edit: serde_json::Value| json!({"attributes": {key: edit}});
    let cases = [
        (" King", name("Ada Byron King")),
        ("<ctrl-w>King", name("Ada King")),
        ("<ctrl-u>", json!({"fields": {"name": "clear"}})),
        // Reverted: nothing is left of it.
        ("X<ctrl-r><tab>y<ctrl-r>", json!({})),
        ("<tab><ctrl-u>", json!({"fields": {"email": "clear"}})),
        (
            "<tab><tab><ctrl-u>0151 2345678<ctrl-y>",
            json!({"fields": {"phone": {"set": "+491512345678"}}}),
        ),
        (
            "<tab><tab><tab><tab><space>",
            json!({"flags": {"optin": {"set": false}}}),
        ),
        (
            "<tab><tab><tab><tab><left>",
            json!({"flags": {"optin": "clear"}}),
        ),
        (
            "<tab><tab><tab><tab>u",
            json!({"flags": {"optin": "clear"}}),
        ),
        (
            "<tab><tab><tab><tab><tab>n",
            json!({"flags": {"blocked": {"set": false}}}),
        ),
        ("<pgdn><pgdn><up>!", attr("plan", json!({"set": "gold!"}))),
        ("<pgdn><pgdn><up><ctrl-x>", attr("plan", json!("clear"))),
        ("<pgdn><pgdn><up><ctrl-x><ctrl-x>", json!({})),
        (
            "<s-tab><enter>colour<enter>red",
            attr("colour", json!({"set": "red"})),
        ),
        (
            "<s-tab>colour two<enter>red",
            attr("colour two", json!({"set": "red"})),
        ),
        ("<s-tab>colour<enter><enter>", json!({})),
        (
            "<ctrl-t>+new,-vip<enter>",
            json!({"tags": {"add": ["new"], "remove": ["vip"]}}),
        ),
        ("<ctrl-t>tri<enter>", json!({})),
        (
            "<ctrl-t><space><down><tab><enter>",
            json!({"tags": {"remove": ["trial", "vip"]}}),
        ),
        ("<ctrl-t><space><esc>", json!({})),
        ("<enter><enter><enter><enter>", json!({})),
    ];
    for (keys, want) in cases {
        let script = form().keys(keys);
        let form = script.model.stack.iter().find_map(|s| match s {
            Screen::Form(form) => Some(form),
            _ => None,
        });
        let patch = serde_json::to_value(form.expect("a form").patch()).expect("JSON");
        assert_eq!(patch, want, "{keys}");
    }
}

#[test]
fn typed_attributes_keep_their_types() {
    let cases = [
        ("Seats", "<backspace>3", json!({"set": 13})),
        (
            "Seats",
            "<ctrl-u>1.50",
            serde_json::from_str(r#"{"set": 1.50}"#).expect("JSON"),
        ),
        ("Plan", "<right>", json!({"set": "free"})),
        ("Plan", "s", json!({"set": "silver"})),
        ("Active", "<space>", json!({"set": false})),
        ("Box not set", "y", json!({"set": true})),
        ("Not set", "x", json!({"set": "x"})),
        ("bare_number", "1", json!({"set": 31})),
        ("Note", "<down><down><down>", json!(null)),
        (
            "Note",
            "A<ctrl-j>",
            json!({"set": "A\ncalls on\nMondays\nonly"}),
        ),
        (
            "Not set",
            "one<ctrl-j>two<up><end>!",
            json!({"set": "one!\ntwo"}),
        ),
        ("Site", "<ctrl-j>", json!(null)),
        ("odd_list", "x", json!(null)),
        ("odd_list", "<ctrl-x>", json!("clear")),
        ("odd_null", "x", json!(null)),
    ];
    for (label, keys, want) in cases {
        let mut script = typed_form();
        for _ in 0..30 {
            let text = script.text();
            let here = text
                .lines()
                .find(|l| l.starts_with('▌'))
                .unwrap_or_default();
            if here.contains(label) {
                break;
            }
            script = script.keys("<tab>");
        }
        let script = script.keys(keys);
        let Some(Screen::Form(form)) = script.model.stack.last() else {
            panic!("no form");
        };
        let patch = form.patch();
        let edit = patch.attributes.values().next();
        assert_eq!(
            serde_json::to_value(edit).expect("JSON"),
            want,
            "{label} {keys}"
        );
        assert!(patch.attributes.len() <= 1, "{label} {keys}");
    }
}

#[test]
fn mistakes_are_said_and_keep_the_form() {
    let script = form().keys("<tab><ctrl-u>ada<tab><ctrl-u>0151 2345678<tab><ctrl-s>");
    let script = script
        .shows("2 fields need correction")
        .shows("✗ has no @")
        .shows("Ctrl-y → +491512345678");
    assert!(is_form(&script));
    // The cursor is in the first of them.
    let script = script
        .keys("@example.org<tab><ctrl-y><ctrl-s>")
        .shows("Review: Ada Byron");
    script.hides("need correction");
    form().keys("<ctrl-s>").shows("Nothing to save");
    let script = form().keys("<s-tab>plan<enter>").shows("is there already");
    assert!(is_form(&script));
    let mut script = form().keys("<tab><ctrl-u>ada<ctrl-s>");
    let sends = |e: &Effect| matches!(e, Effect::Save { .. } | Effect::Preview { .. });
    assert!(!script.taken().iter().any(sends));
}

#[test]
fn digits_are_saved_without_punctuation() {
    let script = remote().keys("e<tab><tab><ctrl-u>+49 (151) 234-5678");
    let mut script = script
        .shows("! is saved as 491512345678")
        .shows("! messages go to this number")
        .keys("<ctrl-s><enter>");
    let saved = saves(&mut script);
    let want = Edit::Set("491512345678".to_string());
    assert_eq!(saved[0].fields, BTreeMap::from([(FieldKey::Phone, want)]));
    let script = remote()
        .keys("e<tab><tab><ctrl-u>")
        .shows("can not be cleared");
    assert!(is_form(&script.keys("<ctrl-s>")));
}

#[test]
fn an_emptied_attribute_is_removed_where_the_provider_says_so() {
    let mut script = remote().keys("e<pgdn><pgdn><up><ctrl-u>");
    script = script
        .shows("! an empty text removes the attribute here")
        .keys("<ctrl-s><enter>");
    let saved = saves(&mut script);
    let want = BTreeMap::from([("plan".to_string(), Edit::Clear)]);
    assert_eq!(saved[0].attributes, want);
    // Where it is stored, it is stored.
    let mut script = form().keys("<pgdn><pgdn><up><ctrl-u><ctrl-s><enter>");
    let want = BTreeMap::from([("plan".to_string(), Edit::Set(json!("")))]);
    assert_eq!(saves(&mut script)[0].attributes, want);
    remote()
        .keys("e<tab><tab>")
        .shows("the number is the contact's identity");
}

#[test]
fn pasted_text_becomes_text() {
    let paste = |script: Script, text: &str| script.msg(Msg::Paste(text.into()));
    let script = paste(form().keys("<ctrl-u>"), "Ada\r\nKing\u{1b}[31m\u{7}\n");
    let script = script
        .shows("Ada King[31m")
        .shows("line breaks became blanks; control characters were left out");
    assert!(is_form(&script));
    let script = paste(form().keys("<tab><tab><tab><tab>"), "no");
    script.shows("was ignored").shows("[yes]");
    let script = paste(typed_form().keys("<pgdn>"), "one\ntwo ");
    script.shows("two calls on");
}

#[test]
fn texts_go_to_the_editor_and_come_back() {
    let mut script = form().keys("<ctrl-o>");
    let taken = script.taken();
    let asked = taken.iter().find_map(|e| match e {
        Effect::EditText { ticket, text, .. } => Some((*ticket, text.clone())),
        _ => None,
    });
    let (ticket, text) = asked.expect("an editor");
    assert_eq!(text, "Ada Byron");
    let result = Ok("Ada\nKing\n".to_string());
    let script = script.keys("<tab>").msg(Msg::Edited { ticket, result });
    script.shows("Ada King").shows("line breaks became blanks");
}

#[test]
fn a_draft_is_kept_while_typing_and_put_back() {
    let mut script = form();
    script.taken();
    script = script.keys("X");
    let kept = |e: &Effect| matches!(e, Effect::KeepDraft(_));
    let taken = script.taken();
    assert_eq!(taken.iter().filter(|e| kept(e)).count(), 1, "{taken:?}");
    // Moving keeps nothing anew; going back to what is stored drops it.
    script = script.keys("<tab>");
    assert_eq!(script.taken(), Vec::new());
    script = script.keys("<s-tab><backspace>");
    assert_eq!(script.taken(), vec![Effect::DropDraft(ContactId::new("1"))]);
    script = script.keys("<esc>").hides("draft");
    let script = script
        .keys("e King<esc>")
        .shows("kept as draft: 1 changed field of Ada Byron");
    let script = script
        .keys("e")
        .shows("Ada Byron King")
        .shows("draft of 2026-01-02 03:04 UTC restored");
    let script = script.snapshot("form_draft_restored");
    let script = script
        .keys("<ctrl-g>")
        .shows("press the key again to discard 1 changed field");
    let mut script = script.keys("<ctrl-g>").shows("1 changed field discarded");
    assert!(script.drafts.is_empty());
    script.taken();
    let script = script.keys("<esc>").hides("kept as draft");
    assert!(script.drafts.is_empty());
}

#[test]
fn another_key_keeps_the_draft() {
    let script = form().keys("X<ctrl-g><tab><ctrl-g>");
    assert_eq!(script.drafts.len(), 1);
}

#[test]
fn every_sort_of_edit_survives_in_a_draft() {
    let keys = "X<tab><tab><tab>+new<enter><tab><space><tab><tab><ctrl-x><tab>more<enter>val<esc>";
    let script = form().keys(keys);
    let draft = script.drafts.values().next().expect("a draft").clone();
    let want = BTreeMap::from([
        ("name".to_string(), DraftEdit::Text("Ada ByronX".into())),
        (
            "tags".into(),
            DraftEdit::Tags(TagDelta {
                add: ["new".to_string()].into(),
                remove: Default::default(),
            }),
        ),
        ("optin".into(), DraftEdit::Flag(Some(false))),
        ("attr.plan".into(), DraftEdit::Removed),
        ("attr.more".into(), DraftEdit::Text("val".into())),
    ]);
    assert_eq!(draft.edits, want);
    let script = script.keys("e");
    let Some(Screen::Form(form)) = script.model.stack.last() else {
        panic!("no form");
    };
    assert_eq!(form.edits(), want);
}

#[test]
fn a_draft_that_is_still_read_is_not_written_over() {
    let mut script = fresh(contacts(1)).silent().keys("eX");
    let taken = script.taken();
    let kept = |e: &Effect| matches!(e, Effect::KeepDraft(_));
    assert!(!taken.iter().any(kept));
    let ticket = taken.iter().find_map(|e| match e {
        Effect::ReadDraft { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let edits = BTreeMap::from([
        ("name".to_string(), DraftEdit::Text("old".into())),
        (
            "email".to_string(),
            DraftEdit::Text("old@example.org".into()),
        ),
        ("attr.unread".to_string(), DraftEdit::Removed),
    ]);
    let draft = Draft {
        base: contacts(1).remove(0),
        edits: edits.clone(),
        saved_at: script.now,
    };
    script = script.msg(Msg::DraftRead {
        ticket: ticket.expect("a ticket"),
        draft: Some(Box::new(draft)),
    });
    script = script.shows("Ada ByronX").shows("old@example.org");
    let kept = script.taken().into_iter().find_map(|e| match e {
        Effect::KeepDraft(draft) => Some(draft.edits),
        _ => None,
    });
    let mut want = edits;
    want.insert("name".into(), DraftEdit::Text("Ada ByronX".into()));
    // What needs the fresh copy is not lost before it comes.
    assert_eq!(kept, Some(want));
}

#[test]
fn a_fresh_copy_becomes_the_base_and_typed_text_stays() {
    let mut script = fresh(contacts(1)).silent().keys("eX");
    let ticket = script.taken().iter().find_map(|e| match e {
        Effect::ReadContact { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let ticket = ticket.expect("a ticket");
    let mut fresh = contacts(1).remove(0);
    fresh.set_field(FieldKey::Name, "Ada Lovelace");
    fresh.set_field(FieldKey::Email, "new@example.org");
    fresh.attributes.insert("extra".into(), json!("deep"));
    let script = script.msg(Msg::ContactRead {
        ticket,
        result: Ok(Box::new(fresh)),
    });
    script
        .shows("Ada ByronX")
        .shows("! changed meanwhile: Ada Lovelace")
        .shows("new@example.org")
        .shows("deep")
        .keys("<ctrl-r>")
        .hides("changed meanwhile")
        .shows("Ada Lovelace");
}

#[test]
fn a_copy_that_can_not_be_read_is_said() {
    let mut script = screen(contacts(1));
    script.reads.push_back(Err(failure()));
    let script = script
        .keys("e")
        .shows("the fresh copy could not be read")
        .shows("Ada Byron");
    script.keys("<f5>").hides("could not be read");
    let mut script = screen(contacts(1));
    let gone = Trouble::new(TroubleKind::NotFound, "contact 1 does not exist");
    script.reads.push_back(Err(gone));
    script.keys("e").shows("is not there any more");
}

#[test]
fn a_read_only_account_is_only_looked_at() {
    let script = closed(contacts(1)).account(|a| a.read_only = true);
    let mut script = script.open().keys("eX<ctrl-x><ctrl-t><ctrl-r>");
    script = script.keys("<ctrl-s>").shows("this account is read-only");
    assert!(is_form(&script));
    script = script.keys("<esc>").hides("kept as draft");
    let writes = |e: &Effect| {
        matches!(
            e,
            Effect::KeepDraft(_) | Effect::DropDraft(_) | Effect::Preview { .. }
        )
    };
    assert!(!script.taken().iter().any(writes));
}

#[test]
fn pictures_of_the_picker() {
    form().keys("<ctrl-t><space>").snapshot("picker_80x24");
    form()
        .size(40, 12)
        .keys("<ctrl-t>vi")
        .snapshot("picker_40x12");
    remote().keys("e<ctrl-t>unheard").snapshot("picker_create");
}

#[test]
fn tags_are_found_without_accents_and_refused_where_wrong() {
    let open = || typed_form().keys("<ctrl-t>");
    open()
        .keys("cafe")
        .shows("Café")
        .keys("<enter>")
        .shows("+Café");
    open().keys("vip<tab><tab>").shows("  vip");
    open().keys("vip<enter>").shows("+vip");
    open()
        .keys("-nobody<enter>")
        .shows("the contact has no tag \"nobody\"");
    let script = open().keys("vip<tab>tri").shows("trial").keys("<enter>");
    script.shows("+trial").shows("+vip");
    let script = closed(contacts(1)).account(|a| a.table.tags.comma_forbidden = true);
    let script = script.open().keys("e<ctrl-t>a,b<enter>");
    script.shows("holds a comma");
}

#[test]
fn pictures_of_the_review() {
    form()
        .keys("<ctrl-w>King<ctrl-t>+new,-vip<enter><ctrl-s>")
        .snapshot("review_local");
    let keys = "e<ctrl-w>King<ctrl-t>+new<enter><tab><ctrl-u>4915199999<s-tab><s-tab><ctrl-s>";
    remote().keys(keys).snapshot("review_remote_80x24");
    remote()
        .size(40, 12)
        .keys(keys)
        .snapshot("review_remote_40x12");
    let script = remote().size(40, 12).keys(keys).keys("G");
    script.snapshot("review_remote_end_40x12");
    let script = remote()
        .keys("e<ctrl-w>King<ctrl-s>")
        .silent()
        .keys("<enter>");
    script.snapshot("review_sending");
}

#[test]
fn requests_are_copied_without_a_secret() {
    let mut script = remote().keys("eX<ctrl-s>");
    script.taken();
    script = script.keys("y").shows("copied");
    let Some(Effect::Copy(text)) = script.taken().pop() else {
        panic!("nothing was copied");
    };
    assert_eq!(text.lines().count(), 2);
    assert!(
        text.starts_with("curl -sS -X PUT -H \"authorization: Bearer $TOKEN\""),
        "{text}"
    );
    form()
        .keys("X<ctrl-s>y")
        .shows("there is no request to copy");
}

#[test]
fn sending_twice_sends_once() {
    let script = form().keys("X<ctrl-s>").silent().keys("<enter><enter>");
    let mut script = script.shows("Esc leaves it running");
    assert_eq!(saves(&mut script).len(), 1);
    // Neither from the form below while it runs.
    let script = script.keys("<esc><ctrl-s>").shows("a save is under way");
    assert!(is_form(&script));
    // Nor before the requests were seen.
    let mut script = form()
        .silent()
        .keys("X<ctrl-s><enter>")
        .shows("not there yet");
    assert_eq!(saves(&mut script).len(), 0);
}

#[test]
fn a_preview_that_is_refused_marks_the_fields() {
    let mut script = form();
    script.preview = Err(vec![
        FieldProblem::new("name", "may not hold an X"),
        FieldProblem::new("body", "is odd"),
    ]);
    let script = script.keys("X<tab><ctrl-s>");
    let script = script
        .shows("✗ refused: may not hold an X")
        .shows("body: is odd");
    assert!(is_form(&script));
    script
        .keys("Y")
        .hides("may not hold an X")
        .shows("Ada ByronXY");
}

fn refused() -> SaveOutcome {
    SaveOutcome::Refused {
        message: "Email has already been taken".into(),
        fields: vec![FieldProblem::taken("email", "has already been taken")],
        partly: false,
        stored: None,
    }
}

fn saved_with(outcome: SaveOutcome) -> Script {
    let mut script = form().keys("King<tab><backspace>x");
    script.saves.push_back(outcome);
    script.keys("<ctrl-s><enter>")
}

#[test]
fn a_refused_save_comes_back_with_the_text() {
    let script = saved_with(refused()).snapshot("form_refused_80x24");
    assert!(is_form(&script));
    assert_eq!(script.drafts.len(), 1);
    let script = script.size(40, 12).snapshot("form_refused_40x12");
    let script = script
        .shows("Refused: Email has already")
        .keys("y")
        .hides("✗ refused");
    // The next try goes through.
    script.keys("<ctrl-s><enter>").shows("Saved and verified");
}

#[test]
fn a_failed_save_can_be_tried_again() {
    let script = saved_with(SaveOutcome::Failed {
        trouble: failure(),
        partly: false,
        stored: None,
    });
    let script = script
        .shows("Not saved: writing the contact: connection reset; check the network; Ctrl-s")
        .shows("Ada ByronKing");
    let mut script = script
        .keys("<ctrl-s><enter>")
        .shows("Saved and verified: Name, E-mail");
    assert!(script.model.stack.is_empty());
    assert!(script.drafts.is_empty());
    assert_eq!(saves(&mut script).len(), 2);
}

#[test]
fn an_unknown_save_is_looked_up() {
    let unknown = || {
        saved_with(SaveOutcome::Unknown {
            trouble: failure(),
            stored: None,
        })
    };
    let script = unknown()
        .shows("It is not known whether this was stored")
        .shows("F5");
    script
        .keys("<f5>")
        .shows("it was not stored")
        .shows("Ada ByronKing");
    let mut script = unknown();
    script.store[0].set_field(FieldKey::Name, "Ada ByronKing");
    script.store[0].set_field(FieldKey::Email, "ada.byron@example.orx");
    let script = script.keys("<f5>").shows("Saved and verified");
    assert!(script.model.stack.is_empty());
    assert!(script.drafts.is_empty());
}

#[test]
fn a_save_without_a_change_or_a_check_is_said() {
    let base = contacts(1).remove(0);
    let outcome = SaveOutcome::Unchanged {
        contact: base.clone(),
    };
    saved_with(outcome).shows("Nothing was sent: everything is stored so already");
    let outcome = SaveOutcome::Applied {
        before: base.clone(),
        after: base.clone(),
        changes: Vec::new(),
        check: Check::Unknown("accepted, but reading it back failed: timed out".into()),
    };
    let script = saved_with(outcome).shows("Sent, not verified (Name, E-mail)");
    assert!(script.model.stack.is_empty());
}

#[test]
fn a_drifted_save_shows_asked_and_stored() {
    let mut after = contacts(1).remove(0);
    after.set_field(FieldKey::Name, "ada byronking");
    let outcome = SaveOutcome::Applied {
        before: contacts(1).remove(0),
        after,
        changes: Vec::new(),
        check: Check::Drifted(vec![Change {
            key: "name".into(),
            old: json!("Ada ByronKing"),
            new: json!("ada byronking"),
        }]),
    };
    let script = saved_with(outcome).snapshot("drifted_80x24");
    let script = script.size(40, 12).keys("j").snapshot("drifted_40x12");
    assert!(script.drafts.is_empty());
    let script = script.keys("<esc>");
    assert!(script.model.stack.is_empty());
}

fn conflict() -> Script {
    let mut theirs = contacts(1).remove(0);
    theirs.set_field(FieldKey::Name, "Ada Lovelace");
    theirs.set_field(FieldKey::Email, "ada@new.example");
    theirs.tags.insert("seen".into());
    let change = |key: &str, old: &str, new: &str| Change {
        key: key.into(),
        old: json!(old),
        new: json!(new),
    };
    saved_with(SaveOutcome::Conflict {
        changes: vec![
            change("name", "Ada Byron", "Ada Lovelace"),
            change("email", "ada.byron@example.org", "ada@new.example"),
        ],
        theirs,
    })
}

#[test]
fn a_conflict_is_settled_per_field() {
    let script = conflict().snapshot("conflict_80x24");
    let mut script = script.size(40, 12).keys("j").snapshot("conflict_40x12");
    script.taken();
    // Theirs for the e-mail, mine for the name.
    let mut script = script
        .keys("t<enter>")
        .shows("Review: Ada Lovelace")
        .keys("<enter>");
    let taken = script.taken();
    let saved = taken.iter().find_map(|e| match e {
        Effect::Save { base, patch, .. } => Some((base.clone(), patch.clone())),
        _ => None,
    });
    let (base, patch) = saved.expect("a save");
    assert_eq!(base.field(FieldKey::Name), "Ada Lovelace");
    assert!(base.tags.contains("seen"));
    let want = Edit::Set("Ada ByronKing".to_string());
    assert_eq!(patch.fields, BTreeMap::from([(FieldKey::Name, want)]));
    script.shows("Saved and verified: Name");
}

#[test]
fn a_conflict_that_is_left_keeps_the_text() {
    let script = conflict().keys("<space><space><esc>");
    let script = script
        .shows("Ada ByronKing")
        .shows("changed meanwhile: Ada Lovelace");
    assert!(is_form(&script));
    // All theirs: nothing of the edit is left, and neither is the draft.
    let script = conflict()
        .keys("tjt<ctrl-s>")
        .shows("Nothing to save")
        .shows("Ada Lovelace");
    assert!(script.drafts.is_empty());
}

/// A save that is on its way while its form was left; its end comes later.
fn left(keys: &str, outcome: SaveOutcome) -> Script {
    let script = form().keys("King<ctrl-s>");
    let mut script = script.silent().keys("<enter>");
    let ticket = script.taken().into_iter().find_map(|e| match e {
        Effect::Save { ticket, .. } => Some(ticket),
        _ => None,
    });
    script.answering = true;
    script.keys(keys).msg(Msg::Saved {
        ticket: ticket.expect("a save"),
        outcome: Box::new(outcome),
    })
}

fn verified() -> SaveOutcome {
    let mut after = contacts(1).remove(0);
    after.set_field(FieldKey::Name, "Ada ByronKing");
    SaveOutcome::Applied {
        before: contacts(1).remove(0),
        after,
        changes: Vec::new(),
        check: Check::Verified,
    }
}

#[test]
fn the_end_of_a_save_finds_its_form_or_the_last_line() {
    // Under another screen.
    let script = left("?", verified());
    assert!(matches!(script.model.stack.as_slice(), [Screen::Help(_)]));
    let script = left("?", refused()).keys("<esc>").shows("✗ refused");
    assert!(is_form(&script));
    // After the review was left, with more typed since.
    let script = left("<esc><tab>m", verified()).shows("1 change was typed since");
    assert!(is_form(&script));
    script.shows("Ada ByronKing").shows("example.orgm");
    // After the form was left.
    let script = left("<esc><esc>", verified()).shows("Ada Byron: saved and verified");
    assert!(script.drafts.is_empty());
    let script = left("<esc><esc>", refused()).shows("what was typed is kept as a");
    assert_eq!(script.drafts.len(), 1);
}

#[test]
fn a_form_that_was_opened_again_keeps_what_is_newer() {
    let script = left("<esc><esc>e", verified());
    // The same text is stored now: nothing is left to save.
    let script = script.keys("<ctrl-s>").shows("Nothing to save");
    assert!(script.drafts.is_empty());
    let mut script = form().keys("King<ctrl-s>").silent().keys("<enter>");
    let ticket = script.taken().into_iter().find_map(|e| match e {
        Effect::Save { ticket, .. } => Some(ticket),
        _ => None,
    });
    script.answering = true;
    let script = script.keys("<esc><esc>").later(5).keys("e<tab>m<esc>");
    let script = script.msg(Msg::Saved {
        ticket: ticket.expect("a save"),
        outcome: Box::new(verified()),
    });
    assert_eq!(script.drafts.len(), 1);
}

#[test]
fn flags_take_unknown_only_where_it_can_be_stored() {
    let script = closed(contacts(2)).account(|a| {
        for flag in &mut a.table.flags {
            flag.access = Access::NoClear("yes or no");
            flag.caution = (flag.flag == Flag::Optin).then_some("consent");
        }
    });
    let script = script.open().keys("e<tab><tab><tab><tab><space>");
    let script = script.shows("[no]").shows("! consent").keys("<space>");
    script.shows("[yes]  no\n").hides("! consent");
}
