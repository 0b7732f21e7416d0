//! What reaches beyond the contact in the form: acts that are asked about first, and values that somebody else
//! has.

use cardex::domain::{Contact, FieldKey, Guard, Guarded, Trouble, TroubleKind};
use cardex::engine::{Permits, SaveOutcome};
use cardex::http::FieldProblem;
use cardex::tui::model::Vocabulary;
use cardex::tui::msg::{LoadPhase, Loading};
use cardex::tui::screen::Screen;
use cardex::tui::{Effect, Msg};

use super::kit::{Script, contacts, screen};

fn form() -> Script {
    screen(contacts(3)).msg(Msg::Drafts(Vec::new())).keys("e")
}

/// A changed e-mail in the review, of which a merge is feared.
fn feared() -> Script {
    let mut script = form().keys("<tab><backspace>x");
    script.acts = vec![Guarded {
        guard: Guard::Merge,
        key: "email".into(),
        message: "If this e-mail belongs to somebody else, the two are merged and this one is \
                  destroyed"
            .into(),
    }];
    script.keys("<ctrl-s>")
}

fn permits(script: &mut Script) -> Vec<Permits> {
    let saves = script.taken().into_iter().filter_map(|e| match e {
        Effect::Save { permits, .. } => Some(permits),
        _ => None,
    });
    saves.collect()
}

#[test]
fn a_merge_is_said_before_and_sent_only_after_a_yes() {
    let script = feared().snapshot("guarded_80x24");
    let script = script.size(40, 12).snapshot("guarded_40x12").size(80, 24);
    let script = script.keys("<enter>").snapshot("guarded_question_80x24");
    // The key that asked does not answer, and no leads back to the review.
    let mut script = script.keys("<enter>n").shows("Review:");
    assert_eq!(permits(&mut script), []);
    let mut script = script.keys("<enter>y");
    let allowed = Permits {
        merge: true,
        ..Permits::default()
    };
    assert_eq!(permits(&mut script), [allowed]);
    script.shows("Saved and verified");
}

#[test]
fn a_save_that_finds_out_later_comes_back_unsent() {
    let mut script = form().keys("<tab><backspace>x");
    script.saves.push_back(SaveOutcome::Guarded {
        contact: contacts(1).remove(0),
        acts: vec![Guarded {
            guard: Guard::NewField,
            key: "attr.Teir".into(),
            message: "creates a field for every contact".into(),
        }],
    });
    let script = script.keys("<ctrl-s><enter>");
    let script = script.shows("Nothing was sent: creates a field");
    assert!(matches!(script.model.stack.last(), Some(Screen::Form(_))));
    assert_eq!(script.drafts.len(), 1);
}

/// A form whose e-mail was refused as taken, and the question that follows by itself.
fn taken() -> (Script, Vec<Effect>) {
    let mut script = form().keys("King<tab><backspace>x");
    script.saves.push_back(SaveOutcome::Refused {
        message: "Email has already been taken".into(),
        fields: vec![FieldProblem::taken("email", "has already been taken")],
        partly: false,
        stored: None,
    });
    script.taken();
    let mut script = script.keys("<ctrl-s><enter>");
    let asked = script.taken();
    (script, asked)
}

fn question(asked: &[Effect]) -> (cardex::tui::msg::Ticket, String) {
    let found = asked.iter().find_map(|e| match e {
        Effect::FindHolder {
            ticket,
            key: FieldKey::Email,
            value,
            but,
        } if but.as_str() == "1" => Some((*ticket, value.clone())),
        _ => None,
    });
    found.expect("a question about the e-mail")
}

fn holder() -> Contact {
    let mut other = contacts(3).remove(2);
    other.set_field(FieldKey::Email, "ada.byron@example.orx");
    other
}

#[test]
fn who_has_a_taken_value_is_found_shown_and_opened() {
    let (script, asked) = taken();
    let (ticket, value) = question(&asked);
    assert_eq!(value, "ada.byron@example.orx");
    let script = script.msg(Msg::Holder {
        ticket,
        key: FieldKey::Email,
        result: Ok(Some(Box::new(holder()))),
    });
    let script = script.snapshot("taken_80x24");
    let script = script.keys("<ctrl-l>").snapshot("holder_80x24");
    let script = script.size(40, 12).keys("j").snapshot("holder_40x12");
    // Back keeps the form and its text.
    let script = script.size(80, 24).keys("<esc>").shows("Ada ByronKing");
    let script = script.keys("<ctrl-l><enter>");
    match script.model.stack.last() {
        Some(Screen::Form(form)) => assert_eq!(form.base.id, holder().id),
        other => panic!("{other:?}"),
    }
    assert_eq!(script.model.stack.len(), 1);
    let kept = script.drafts.values().next().expect("a draft");
    assert_eq!(kept.base.id.as_str(), "1");
}

#[test]
fn a_holder_that_is_not_found_is_said_so() {
    for (result, words) in [
        (Ok(None), "who has it was not found"),
        (
            Err(Trouble::new(TroubleKind::Network, "no answer")),
            "who has it is not known: no answer",
        ),
    ] {
        let (script, asked) = taken();
        let (ticket, _) = question(&asked);
        let script = script.msg(Msg::Holder {
            ticket,
            key: FieldKey::Email,
            result,
        });
        assert!(flat(&script.text()).contains(words), "{}", script.text());
    }
}

/// The text on one line: what is said beside a field may be wrapped.
fn flat(text: &str) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || "│▌".contains(c))
        .filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn an_answer_to_an_older_question_changes_nothing() {
    let (script, asked) = taken();
    let (ticket, _) = question(&asked);
    // Another save, another question.
    let mut script = script.keys("y");
    script.saves.push_back(SaveOutcome::Refused {
        message: "taken".into(),
        fields: vec![FieldProblem::taken("email", "has already been taken")],
        partly: false,
        stored: None,
    });
    let script = script.keys("<ctrl-s><enter>");
    let before = script.text();
    let script = script.msg(Msg::Holder {
        ticket,
        key: FieldKey::Email,
        result: Ok(Some(Box::new(holder()))),
    });
    assert_eq!(script.text(), before);
}

#[test]
fn who_has_a_value_can_be_asked_before_saving() {
    let mut script = form().keys("<tab><backspace>x<ctrl-l>");
    let (ticket, _) = question(&script.taken());
    let script = script.msg(Msg::Holder {
        ticket,
        key: FieldKey::Email,
        result: Ok(Some(Box::new(holder()))),
    });
    script
        .shows("has it (id 3)")
        .keys("<ctrl-l>")
        .shows("is taken by");
    // A name is nobody's alone.
    let mut script = form().keys("<ctrl-l>");
    let asks = |e: &Effect| matches!(e, Effect::FindHolder { .. });
    assert!(!script.taken().iter().any(asks));
}

#[test]
fn what_other_contacts_have_is_offered_and_anything_else_is_taken() {
    let mut script = screen(contacts(3)).msg(Msg::Drafts(Vec::new()));
    let account = script.model.desk.account.as_mut().expect("an account");
    let name = account
        .table
        .fields
        .iter_mut()
        .find(|f| f.key == FieldKey::Name);
    name.expect("a name").offers_seen = true;
    let script = script.msg(Msg::Vocabulary(Box::new(Vocabulary {
        seen: [(FieldKey::Name, vec!["Active".into(), "Bounced".into()])].into(),
        names: vec!["Region".into(), "Tier (old)".into()],
        ..Vocabulary::default()
    })));
    let script = script.keys("e").shows("Ctrl-n: Active · Bounced");
    let script = script
        .keys("<ctrl-n><ctrl-n>")
        .shows("Name         Bounced");
    let script = script.keys("d!").shows("Bouncedd!");
    // Names of attributes are offered where a new one is typed.
    let script = script.keys("<up><enter>t<ctrl-n>").shows("Tier (old)");
    script.keys("<enter>").shows("Tier (old)");
}

fn searches(script: &mut Script) -> Vec<(cardex::tui::msg::Ticket, String)> {
    let found = script.taken().into_iter().filter_map(|e| match e {
        Effect::Search { ticket, filter } => Some((ticket, filter.to_string())),
        _ => None,
    });
    found.collect()
}

/// The list of a vendor's account, in this phase of loading.
fn vendor_list(phase: LoadPhase) -> Script {
    let mut script = screen(contacts(3)).msg(Msg::Drafts(Vec::new()));
    let account = script.model.desk.account.as_mut().expect("an account");
    account.provider = cardex::domain::ProviderId::Chatwoot;
    script.msg(Msg::Loading(Loading {
        phase,
        ..Loading::default()
    }))
}

#[test]
fn a_kept_filter_is_looked_for_at_the_provider_while_the_list_loads() {
    let mut script = vendor_list(LoadPhase::Running).keys("/ada");
    assert_eq!(searches(&mut script), []);
    let mut script = script.keys("<enter>").shows("asking the provider");
    let asked = searches(&mut script);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].1, "ada");
    // An older answer says nothing, the right one does.
    let stray = Msg::Searched {
        ticket: cardex::tui::msg::Ticket(0),
        result: Ok(Some(9)),
    };
    let script = script.msg(stray).hides("finds 9");
    let answer = |result| Msg::Searched {
        ticket: asked[0].0,
        result,
    };
    script
        .msg(answer(Ok(Some(2))))
        .shows("the provider finds 2 contacts");
}

#[test]
fn a_whole_list_is_asked_about_elsewhere_only_where_nobody_matches() {
    let mut script = vendor_list(LoadPhase::Complete).keys("/ada<enter>");
    assert_eq!(searches(&mut script), []);
    let mut script = vendor_list(LoadPhase::Complete).keys("/nobodyatall<enter>");
    assert_eq!(searches(&mut script).len(), 1);
    // A local store is all there is.
    let mut script = screen(contacts(3)).keys("/nobodyatall<enter>");
    assert_eq!(searches(&mut script), []);
}
