//! From marks to a plan that is confirmed: the tag picker over many contacts, the other changes, the preview.

use std::sync::Arc;

use cardex::domain::field::Access;
use cardex::domain::{AccountName, Edit, FieldKey, Flag, Patch, TagSet, Trouble, TroubleKind};
use cardex::engine::{Plan, RunId};
use cardex::tui::runs::RunKey;
use cardex::tui::screen::Screen;
use cardex::tui::{Effect, Msg, Theme};

use super::kit::{Script, contact, contacts, screen};

fn set(names: &[&str]) -> TagSet {
    names.iter().map(ToString::to_string).collect()
}

/// The changes that were planned so far.
fn planned(script: &Script) -> Vec<Patch> {
    let each = script.effects.iter().filter_map(|e| match e {
        Effect::PlanChange { change, .. } => Some(change.as_ref().clone()),
        _ => None,
    });
    each.collect()
}

/// The plans that were begun so far.
fn begun(script: &Script) -> Vec<Arc<Plan>> {
    let each = script.effects.iter().filter_map(|e| match e {
        Effect::BeginRun { plan, .. } => Some(Arc::clone(plan)),
        _ => None,
    });
    each.collect()
}

fn copied(script: &Script) -> String {
    let last = script.effects.iter().rev().find_map(|e| match e {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    last.expect("a copy")
}

fn is_preview(script: &Script) -> bool {
    matches!(script.model.stack.last(), Some(Screen::Preview(_)))
}

#[test]
fn pictures_of_the_picker_over_many() {
    let asked = || screen(contacts(9)).keys("<ctrl-a>t");
    asked()
        .keys("<tab><down><tab><tab>")
        .snapshot("tagging_80x24");
    asked()
        .size(40, 12)
        .keys("<tab><down><tab><tab>")
        .snapshot("tagging_40x12");
    asked().keys("fresh").snapshot("tagging_create_80x24");
    screen(contacts(9)).keys("t").snapshot("tagging_one_80x24");
    screen(contacts(9))
        .silent()
        .keys("<space>t")
        .shows("reading who is marked");
}

#[test]
fn pictures_of_the_preview() {
    let mut plain = screen(contacts(60)).size(160, 50);
    plain.theme = Theme::new(None, true);
    plain
        .keys("<space><space><space>/vip<enter><ctrl-a>t+fresh,-vip<enter><down>")
        .snapshot("preview_no_color_160x50");
    let hidden = |columns, rows| {
        screen(contacts(9))
            .size(columns, rows)
            .keys("<space><space>/cleo<enter><ctrl-a>tvip<enter><space>")
    };
    hidden(80, 24).snapshot("preview_hidden_80x24");
    hidden(40, 12).snapshot("preview_hidden_40x12");
    let mut blocked = screen(contacts(9));
    blocked.catalogue = Some(vec!["vip".into(), "trial".into()]);
    let blocked = blocked
        .account(|a| a.table.tags.outside_catalogue = Some("other tags are not shown there"))
        .open();
    blocked
        .keys("<ctrl-a>t+unheard<enter><enter>ff")
        .snapshot("preview_blocked_80x24");
    screen(contacts(9))
        .silent()
        .keys("t+vip<enter>")
        .snapshot("preview_planning_80x24");
    screen(contacts(9))
        .keys("<ctrl-a>tfresh<enter><ctrl-s>")
        .snapshot("preview_confirm_80x24");
    screen(contacts(60))
        .size(40, 12)
        .keys("<ctrl-a>tfresh<enter><ctrl-s>3")
        .snapshot("preview_number_40x12");
    screen(contacts(9))
        .keys("<ctrl-a>tfresh<enter>W")
        .snapshot("preview_write_80x24");
}

#[test]
fn pictures_of_other_changes() {
    let some = || screen(contacts(9)).keys("<space><space>b");
    some().snapshot("change_80x24");
    some()
        .keys("aplan<tab>g")
        .snapshot("change_attribute_80x24");
    screen(contacts(9))
        .account(|a| {
            a.table.attributes.access = Access::Absent("it keeps no attributes");
            a.table.flags[1].access = Access::ReadOnly("only its own screen blocks");
        })
        .open()
        .size(40, 12)
        .keys("b<down>")
        .snapshot("change_refused_40x12");
}

#[test]
fn a_tag_goes_from_leave_to_add_to_remove_whoever_has_it() {
    let script = screen(contacts(6)).keys("<ctrl-a>t");
    let script = script
        .shows("Tags of 6 contacts")
        .shows("2 have it · 4 do not")
        .shows("3 have it · 3 do not");
    let delta = |script: &Script| match script.model.stack.last() {
        Some(Screen::Tagging(tagging)) => tagging.delta().clone(),
        other => panic!("no picker: {other:?}"),
    };
    let script = script.keys("vip<tab>");
    assert_eq!(delta(&script).add, set(&["vip"]));
    let script = script.keys("tri<tab><tab>").shows("+vip −trial");
    assert_eq!(delta(&script).remove, set(&["trial"]));
    let script = script.keys("<s-tab><s-tab>");
    assert_eq!(delta(&script).remove, set(&[]));
    let script = script.keys("<tab><tab><enter>");
    assert!(is_preview(&script));
    assert_eq!(planned(&script)[0].tags.add, set(&["vip"]));
    assert_eq!(planned(&script)[0].tags.remove, set(&["trial"]));
}

#[test]
fn a_name_is_added_or_removed_by_its_sign() {
    let script = screen(contacts(4)).keys("<space><space>+fresh,new one<enter>");
    assert_eq!(planned(&script)[0].tags.add, set(&["fresh", "new one"]));
    let script = screen(contacts(4)).keys("-vip<enter>");
    assert_eq!(planned(&script)[0].tags.remove, set(&["vip"]));
    script.shows("−vip · 1 contact").shows("trial, vip → trial");
    // A sign alone is for the tag with the cursor; where it stood before it stays.
    let script = screen(contacts(4)).keys("<ctrl-a>t<down>-");
    let script = script.shows("Enter removes \"vip\"").keys("<enter>");
    assert_eq!(planned(&script)[0].tags.remove, set(&["vip"]));
    let script = screen(contacts(4)).keys("<ctrl-a>+<enter>");
    assert_eq!(planned(&script)[0].tags.add, set(&["trial"]));
    // What is added is made as it is typed, until another one is chosen; what is removed is one that there is.
    let typed = |keys: &str| screen(contacts(4)).keys("<ctrl-a>").keys(keys);
    let script = typed("+i")
        .shows("▌ create tag \"i\"")
        .shows("Enter adds \"i\"");
    assert_eq!(planned(&script.keys("<enter>"))[0].tags.add, set(&["i"]));
    let script = typed("+fresh,i<down>").shows("Enter adds \"trial\"");
    assert_eq!(
        planned(&script.keys("<enter>"))[0].tags.add,
        set(&["fresh", "trial"])
    );
    let script = typed("-i")
        .shows("remove tag \"i\"")
        .shows("Enter removes \"trial\"");
    assert_eq!(
        planned(&script.keys("<enter>"))[0].tags.remove,
        set(&["trial"])
    );
    let script = typed("-i<down><down><tab><enter>");
    assert_eq!(planned(&script)[0].tags.remove, set(&["i"]));
    let script = typed("+fresh,<enter>");
    assert_eq!(planned(&script)[0].tags.add, set(&["fresh"]));
    // Each part by its own sign, and without one by that of the beginning; a blank before the line is none of it.
    let script = typed("-trial,+vi").shows("▌ create tag \"vi\"");
    let delta = &planned(&script.keys("<enter>"))[0].tags;
    assert_eq!(
        (&delta.add, &delta.remove),
        (&set(&["vi"]), &set(&["trial"]))
    );
    let script = typed("+a,-vi").shows("remove tag \"vi\"");
    let script = script.shows("Enter removes \"vip\"");
    let delta = &planned(&script.keys("<enter>"))[0].tags;
    assert_eq!((&delta.add, &delta.remove), (&set(&["a"]), &set(&["vip"])));
    let script = typed("+a,-x,").keys("vi").shows("create tag \"vi\"");
    script.shows("Enter adds \"vi\"");
    let script = typed("<esc>t -tria").shows("Enter removes \"trial\"");
    assert_eq!(
        planned(&script.keys("<enter>"))[0].tags.remove,
        set(&["trial"])
    );
    let script = screen(contacts(4)).keys("-vip<enter>");
    // Nothing typed is nothing to do.
    let script = script.keys("<esc><esc>t<enter>");
    script.shows("nothing is to be added or removed yet");
}

#[test]
fn without_marks_the_one_under_the_cursor_is_meant_and_never_all() {
    let script = screen(contacts(4)).keys("jt").shows("Tags of Bert Cole");
    let script = script.keys("+vip<enter>").shows("1 contact");
    assert_eq!(planned(&script).len(), 1);
    screen(Vec::new())
        .keys("t")
        .shows("nothing is marked, and there is no contact under the cursor");
}

#[test]
fn what_the_account_can_not_store_is_refused_with_the_reason() {
    let refused = |keys: &str| {
        screen(contacts(2))
            .account(|a| {
                a.table.tags.access = Access::Absent("name an attribute as tags_attribute");
                a.table.flags[0].access = Access::ReadOnly("it is read from the campaign");
            })
            .open()
            .keys(keys)
    };
    for key in ["t", "+", "-"] {
        let script = refused(key).shows("can not be changed: name an attribute");
        assert!(script.model.stack.is_empty());
    }
    let script = refused("bo").shows("withdraw opt-in: not here: it is read from the campaign");
    assert!(planned(&script).is_empty());
}

#[test]
fn few_rows_are_confirmed_with_a_letter_and_many_with_their_number() {
    let few = screen(contacts(9)).keys("<ctrl-a>tfresh<enter><ctrl-s>");
    let few = few.keys("<enter><ctrl-s><space>");
    assert!(begun(&few).is_empty(), "only y confirms");
    let few = few.keys("y");
    assert_eq!(begun(&few).len(), 1);
    assert_eq!(begun(&few)[0].counts().go(), 9);
    let many = screen(contacts(26)).keys("<ctrl-a>tfresh<enter><ctrl-s>y<enter>");
    let many = many.shows("that is not 26").keys("25<enter><enter>");
    assert!(begun(&many).is_empty());
    let many = many.keys("26<enter>");
    assert_eq!(begun(&many).len(), 1);
}

#[test]
fn a_run_that_began_leaves_the_list_and_one_that_did_not_leaves_the_preview() {
    let script = || screen(contacts(3)).keys("tfresh<enter><ctrl-s>y");
    let answer = |script: &Script, result| {
        let asked = script.effects.iter().find_map(|e| match e {
            Effect::BeginRun { ticket, .. } => Some(*ticket),
            _ => None,
        });
        let ticket = asked.expect("a question");
        Msg::Begun { ticket, result }
    };
    let key = RunKey {
        account: AccountName::new("demo"),
        run: RunId(7),
    };
    let begun = script();
    let msg = answer(&begun, Ok(key));
    let begun = begun.shows("starting the run").keys("<esc>").msg(msg);
    let ours = |s: &Screen| matches!(s, Screen::Preview(_) | Screen::Tagging(_));
    assert!(!begun.model.stack.iter().any(ours));
    let failed = script();
    let trouble = Trouble::new(TroubleKind::Local, "starting the run: the disk is full");
    let msg = answer(&failed, Err(trouble));
    let failed = failed.msg(msg).shows("the disk is full");
    assert!(is_preview(&failed));
    failed
        .hides("starting the run …")
        .keys("<ctrl-s>")
        .shows("Apply +fresh");
}

#[test]
fn struck_rows_stay_struck_and_are_not_sent() {
    let script = screen(contacts(6)).keys("<ctrl-a>tvip<enter>");
    // Half of them have it already.
    let script = script.shows("→ 3 to change").shows("= 3 already so");
    let script = script.keys("<space>").shows("nothing would be sent");
    let script = script.keys("j<space>").shows("– 1 struck out");
    let script = script.keys("e");
    assert!(matches!(
        script.model.stack.last(),
        Some(Screen::Tagging(_))
    ));
    let script = script.keys("<enter>").shows("– 1 struck out");
    let script = script.keys("<ctrl-s>y");
    let plan = &begun(&script)[0];
    assert_eq!((plan.rows.len(), plan.counts().go()), (6, 2));
}

#[test]
fn rows_are_struck_out_by_kind() {
    let script = screen(contacts(9)).keys("<space><space>/cleo<enter><ctrl-a>tfresh<enter>");
    let script = script
        .shows("◌ 2 marked are not in the view")
        .keys("f")
        .shows("shown: 2 not in the view");
    let script = script.keys("x").shows("2 rows struck out").keys("j");
    let script = script.shows("→ 2 to change   – 2 struck out");
    let script = script.keys("ff").shows("shown: 2 struck out").keys("x");
    let script = script.shows("2 rows taken back in").keys("f");
    script.hides("shown:").shows("→ 4 to change");
}

#[test]
fn hidden_marks_come_first_and_the_question_names_them() {
    let script = screen(contacts(9)).keys("<space><space>/cleo<enter><ctrl-a>tfresh<enter>");
    let text = script.text();
    let rows: Vec<&str> = text.lines().filter(|l| l.contains(" → ")).collect();
    assert!(
        rows[0].contains('◌') && rows[0].contains("Ada Byron"),
        "{text}"
    );
    assert!(!rows[2].contains('◌') && rows[2].contains("Cleo"), "{text}");
    let script = script.keys("<ctrl-s>");
    script.shows("Apply +fresh to 4 contacts").shows("2 of");
}

#[test]
fn the_command_line_says_the_same() {
    let all = screen(contacts(30)).keys("/vip<enter>*tfresh<enter>y");
    assert_eq!(copied(&all), "cardex tag --account demo --add fresh -- vip");
    let fewer = all.keys("<space>y");
    assert!(
        copied(&fewer).starts_with("printf '%s\\n' "),
        "{}",
        copied(&fewer)
    );
    let written = screen(contacts(30)).keys("<ctrl-a>tfresh<enter>W<enter>");
    let written = written
        .shows("the plan is in ./cardex-plan-2026-01-02.jsonl")
        .keys("y");
    let apply = "cardex apply --account demo ./cardex-plan-2026-01-02.jsonl";
    assert_eq!(copied(&written), apply);
    // It is not what is in the file any more.
    let script = written.keys("<space>y").shows("IDS.txt");
    assert!(copied(&script).contains("--ids IDS.txt"));
}

#[test]
fn a_changed_selection_is_not_its_filter_any_more() {
    let script = screen(contacts(12)).keys("/vip<enter>*<space>tfresh<enter>y");
    assert!(copied(&script).starts_with("printf"), "{}", copied(&script));
}

#[test]
fn a_plan_that_can_not_be_made_leads_back_to_the_change() {
    let mut script = screen(contacts(4));
    script.plan_fails = Some(Trouble::new(TroubleKind::SignIn, "the token was refused"));
    let script = script.keys("tfresh<enter>").shows("the token was refused");
    assert!(matches!(
        script.model.stack.last(),
        Some(Screen::Tagging(_))
    ));
    // Leaving while it is made gives it up.
    let script = screen(contacts(4)).silent().keys("tfresh<enter><esc>");
    assert!(script.effects.contains(&Effect::StopPlanning));
}

#[test]
fn enter_before_the_marks_are_read_plans_as_soon_as_they_are() {
    let script = screen(contacts(4)).silent().keys("<space>tfresh<enter>");
    assert!(planned(&script).is_empty());
    let asked = script
        .effects
        .iter()
        .find(|e| matches!(e, Effect::Freeze { .. }));
    let asked = asked.expect("a question").clone();
    let mut script = script.shows("reading who is marked");
    script.answering = true;
    let script = script.answers(&asked);
    assert!(is_preview(&script));
    assert_eq!(planned(&script)[0].tags.add, set(&["fresh"]));
}

#[test]
fn a_read_only_account_plans_and_does_not_apply() {
    let script = screen(contacts(4)).account(|a| a.read_only = true).open();
    let script = script.keys("tfresh<enter><ctrl-s>").shows("read_only");
    assert!(begun(&script).is_empty() && is_preview(&script));
}

#[test]
fn other_changes_are_planned_as_they_are_typed() {
    let last = |keys: &str| {
        let script = screen(contacts(4)).keys(keys);
        planned(&script).pop()
    };
    let attribute = |edit: Edit<serde_json::Value>| Patch {
        attributes: [("plan".to_string(), edit)].into(),
        ..Patch::default()
    };
    let flag = |flag, state| Patch {
        flags: [(flag, Edit::Set(state))].into(),
        ..Patch::default()
    };
    let cases = [
        (
            "baplan<enter>gold<enter>",
            Some(attribute(Edit::Set("gold".into()))),
        ),
        ("brplan<enter>", Some(attribute(Edit::Clear))),
        ("bb", Some(flag(Flag::Blocked, true))),
        ("bu", Some(flag(Flag::Blocked, false))),
        ("bo", Some(flag(Flag::Optin, false))),
        ("ba<enter>", None),
        ("b<esc>", None),
    ];
    for (keys, want) in cases {
        assert_eq!(last(keys), want, "{keys}");
    }
    // No key of this menu widens consent, and no provider's own state is offered by another.
    let script = screen(contacts(4)).keys("bs");
    script.hides("status").hides("yes");
}

#[test]
fn a_state_of_the_provider_is_set_from_what_is_seen() {
    let revyops = || {
        let mut one = contact(1, "Ada");
        one.set_field(FieldKey::ContactStatus, "Active");
        let script = screen(vec![one])
            .account(|a| {
                let mut field = *a.table.field(FieldKey::Name).expect("a field");
                field.key = FieldKey::ContactStatus;
                field.label = "Contact status";
                a.table.fields.push(field);
            })
            .open();
        let vocabulary = cardex::tui::model::Vocabulary {
            seen: [(
                FieldKey::ContactStatus,
                vec!["Active".into(), "Unsubscribed".into()],
            )]
            .into(),
            ..Default::default()
        };
        script.msg(Msg::Vocabulary(Box::new(vocabulary)))
    };
    let script = revyops()
        .keys("bs")
        .shows("known (Ctrl-n): Active, Unsubscribed");
    let script = script.keys("<enter>");
    assert!(planned(&script).is_empty());
    let script = script
        .shows("needs a value")
        .keys("<ctrl-n><ctrl-n><enter>");
    let edit = planned(&script)[0].fields[&FieldKey::ContactStatus].clone();
    assert_eq!(edit, Edit::Set("Unsubscribed".into()));
    script.shows("Active → Unsubscribed");
}
