//! The list, its panes and menus.

use cardex::domain::{Draft, FieldKey, Flag, TagsRead, Trouble, TroubleKind};
use cardex::tui::msg::{LoadPhase, LogLine, Rows};
use cardex::tui::{Effect, Msg};

use super::kit::{Script, closed, contact, contacts, screen};

/// Contacts whose names try to hurt or to misalign.
fn awkward() -> Vec<cardex::domain::Contact> {
    let names = [
        "\u{1b}[2J\u{1b}[31mred\u{7}",
        "two\nlines\r\nthree",
        "x\u{202e}gpj.exe\u{2066}",
        "山田太郎 山田太郎 山田太郎 山田太郎 山田太郎",
        "مُحَمَّد بن موسى",
        "דוד כהן",
        "👩\u{200d}👩\u{200d}👧 Family ❤\u{fe0f}",
        "Z̵̵̵̵̵̵̵̵̵algo",
        "",
    ];
    let make = |(at, name): (usize, &&str)| {
        let mut contact = contact(u32::try_from(at).expect("few") + 1, name);
        contact.set_field(FieldKey::Email, "\u{9b}m@exa\u{200b}mple.org");
        contact.tags.insert("a\tb".into());
        contact.flags.insert(Flag::Blocked, true);
        contact
            .attributes
            .insert("note\u{1b}".into(), "one\ntwo\u{202e}".into());
        contact
            .extra
            .insert("City\u{7}".into(), "Köln\u{1b}c".into());
        contact
    };
    names.iter().enumerate().map(make).collect()
}

fn failure() -> Trouble {
    Trouble::new(
        TroubleKind::Network,
        "listing contacts: connection refused by chat.example",
    )
    .with_hint("check base_url and the network")
}

#[test]
fn pictures_of_the_list() {
    screen(contacts(9)).keys("j").snapshot("list_80x24");
    screen(contacts(9)).size(40, 12).snapshot("list_40x12");
    screen(contacts(60))
        .size(120, 40)
        .keys("d<pgdn>")
        .snapshot("list_details_120x40");
    screen(contacts(9)).keys("d").snapshot("list_details_80x24");
    screen(contacts(9))
        .size(40, 12)
        .keys("d")
        .snapshot("list_details_40x12");
    screen(contacts(9)).keys("M").snapshot("list_masked");
    screen(contacts(60))
        .keys("/vip emil")
        .snapshot("list_filter");
    screen(contacts(60))
        .keys("/optin:maybe")
        .snapshot("list_filter_wrong");
    screen(contacts(9))
        .keys("/nobody<enter>")
        .snapshot("list_no_match");
}

#[test]
fn pictures_of_states() {
    closed(Vec::new()).snapshot("opening");
    closed(Vec::new())
        .msg(Msg::OpenFailed(failure()))
        .snapshot("open_failed");
    screen(Vec::new()).snapshot("empty_80x24");
    screen(Vec::new()).size(40, 12).snapshot("empty_40x12");
    screen(Vec::new())
        .loading(LoadPhase::Starting, 0, None)
        .snapshot("loading_first");
    screen(contacts(30))
        .loading(LoadPhase::Running, 30, Some(1200))
        .snapshot("loading_total");
    screen(contacts(30))
        .size(40, 12)
        .loading(LoadPhase::Running, 30, None)
        .snapshot("loading_40x12");
    screen(contacts(3))
        .loading(LoadPhase::Paused, 3, None)
        .snapshot("loading_paused");
    let until = "2026-01-02T03:05:00Z".parse().expect("a time");
    screen(contacts(3))
        .loading(LoadPhase::Waiting { until }, 3, Some(90))
        .snapshot("loading_waiting");
    screen(contacts(3))
        .loading(LoadPhase::Failed(failure()), 3, Some(90))
        .snapshot("loading_failed");
    screen(Vec::new())
        .size(40, 12)
        .loading(LoadPhase::Failed(failure()), 0, None)
        .snapshot("loading_failed_40x12");
}

#[test]
fn the_header_says_where_one_is() {
    let script = closed(contacts(3)).account(|a| {
        a.practice = false;
        a.read_only = true;
        a.title = "Chatwoot".into();
        a.host = "https://chat.example".into();
    });
    let script = script
        .open()
        .shows("demo [read-only] · Chatwoot https://chat.example");
    script.size(40, 12).shows("[read-only]").shows("3 contacts");
}

#[test]
fn a_provider_that_is_still_asked_is_not_called_empty() {
    let script = closed(Vec::new()).account(|a| a.provider = cardex::domain::ProviderId::Pabbly);
    let script = script.open().shows("Loading the first page");
    let script = script
        .loading(LoadPhase::Running, 0, Some(9))
        .shows("Loading the first page");
    let script = script
        .loading(LoadPhase::Paused, 0, Some(9))
        .shows("P continues");
    script
        .loading(LoadPhase::Complete, 0, Some(0))
        .shows("no contacts");
}

#[test]
fn a_copy_of_an_earlier_day_is_called_so() {
    let told = |phase, total| {
        Msg::Loading(cardex::tui::msg::Loading {
            phase,
            loaded: 30,
            total,
            mirror_of: Some("2026-01-01T10:00:00Z".parse().expect("a time")),
        })
    };
    let script = screen(contacts(60)).msg(told(LoadPhase::Running, Some(70)));
    let script = script.shows("60 contacts · refreshed 30 of 70");
    let script = script.msg(told(LoadPhase::Failed(failure()), None));
    script
        .shows("shown is the copy of")
        .shows("60 contacts · 30 refreshed");
}

#[test]
fn awkward_names_stay_in_their_columns() {
    screen(awkward()).snapshot("awkward_80x24");
    screen(awkward()).size(40, 12).snapshot("awkward_40x12");
    screen(awkward())
        .size(120, 24)
        .keys("dG")
        .snapshot("awkward_details");
}

#[test]
fn pictures_of_overlays() {
    screen(contacts(9)).keys("?").snapshot("help_80x24");
    screen(contacts(9))
        .size(40, 12)
        .keys("?")
        .snapshot("help_40x12");
    screen(contacts(9)).keys(":").snapshot("palette_80x24");
    screen(contacts(9))
        .size(40, 12)
        .keys(":so")
        .snapshot("palette_40x12");
    screen(contacts(9)).keys("p").snapshot("accounts_80x24");
    screen(contacts(9))
        .size(40, 12)
        .keys("p")
        .snapshot("accounts_40x12");
    screen(contacts(9)).keys("s").snapshot("sort_80x24");
    screen(contacts(9))
        .size(40, 12)
        .keys("s")
        .snapshot("sort_40x12");
    screen(contacts(9)).keys("c").snapshot("columns_80x24");
    screen(contacts(9))
        .size(40, 12)
        .keys("c")
        .snapshot("columns_40x12");
    screen(contacts(9)).keys("y").snapshot("copy_80x24");
    screen(contacts(9)).keys("@").snapshot("log_empty");
    let line = |second: i64, result: &str, ok: bool, attempt: u32| LogLine {
        at: jiff::Timestamp::from_second(1_760_000_000 + second).expect("a time"),
        method: "GET".into(),
        url: format!("https://chat.example/api/v1/accounts/1/contacts?page={second}&sort=name"),
        result: result.into(),
        ok,
        millis: 120,
        attempt,
    };
    let log = vec![
        line(1, "200", true, 1),
        line(2, "429", false, 1),
        line(3, "200", true, 2),
    ];
    screen(contacts(9))
        .keys("@")
        .msg(Msg::Log(log.clone()))
        .snapshot("log_80x24");
    screen(contacts(9))
        .size(40, 12)
        .keys("@")
        .msg(Msg::Log(log))
        .snapshot("log_40x12");
}

#[test]
fn tiny_windows_say_so_and_nothing_breaks() {
    screen(contacts(9)).size(39, 12).snapshot("tiny_39x12");
    for keys in ["", "d", "?", ":", "p", "s", "c", "y", "@", "/ada", "e"] {
        for (columns, rows) in [
            (1, 1),
            (2, 3),
            (39, 11),
            (1, 50),
            (200, 1),
            (40, 12),
            (300, 80),
        ] {
            let script = screen(awkward()).keys(keys).size(columns, rows);
            assert_eq!(script.buffer().area.width, columns, "{keys:?}");
        }
    }
}

#[test]
fn the_model_may_lag_behind_the_terminal() {
    let script = screen(contacts(9));
    let mut terminal =
        ratatui::Terminal::new(ratatui::backend::TestBackend::new(20, 5)).expect("one");
    let drawn = terminal.draw(|frame| cardex::tui::view(&script.model, frame, &script.theme));
    assert!(drawn.is_ok());
}

#[test]
fn filtering_asks_at_every_letter_and_esc_clears() {
    let mut script = screen(contacts(60)).keys("jj");
    script.taken();
    let mut script = script.keys("/fay");
    assert_eq!(queries(&script.taken()), ["f", "fa", "fay"]);
    let script = script.shows("10 of 60").keys("<enter>jj");
    assert_eq!(script.model.list.cursor, 2);
    let at = script.model.list.at.clone();
    let script = script.keys("<esc>").hides("/ fay").shows("60 contacts");
    assert_eq!(script.model.list.at, at, "the cursor stays on its contact");
    assert_eq!(script.model.list.current().map(|c| c.id.clone()), at);
}

fn queries(effects: &[Effect]) -> Vec<String> {
    let text = |e: &Effect| match e {
        Effect::Query { filter, .. } => Some(filter.to_string()),
        _ => None,
    };
    effects.iter().filter_map(text).collect()
}

#[test]
fn stale_answers_are_dropped() {
    let script = screen(contacts(60)).silent().keys("/fay");
    let tickets: Vec<_> = script
        .effects
        .iter()
        .filter_map(|e| match e {
            Effect::Query { ticket, .. } => Some(*ticket),
            _ => None,
        })
        .collect();
    let rows = script.model.list.rows.clone().expect("rows");
    let fewer = cardex::tui::msg::Rows {
        matched: 1,
        ..rows.clone()
    };
    let script = script.msg(Msg::Rows {
        ticket: tickets[tickets.len() - 2],
        rows: fewer.clone(),
    });
    assert_eq!(script.model.list.rows, Some(rows));
    let script = script.msg(Msg::Rows {
        ticket: tickets[tickets.len() - 1],
        rows: fewer.clone(),
    });
    assert_eq!(script.model.list.rows, Some(fewer));
}

#[test]
fn the_cursor_stays_on_its_contact_when_pages_arrive_and_when_sorting() {
    let mut script = screen(contacts(60)).keys("jjjj");
    let at = script.model.list.at.clone().expect("a contact");
    for early in 0..5 {
        script
            .store
            .push(contact(900 + early, &format!("AAA {early}")));
    }
    let script = script.msg(Msg::StoreChanged);
    assert_eq!(
        (script.model.list.cursor, script.model.list.at.clone()),
        (9, Some(at.clone()))
    );
    let script = script.keys("sn");
    assert_eq!(
        script.model.list.current().map(|c| c.id.clone()),
        Some(at.clone())
    );
    let script = script.keys("su");
    assert_eq!(script.model.list.current().map(|c| c.id.clone()), Some(at));
    assert!(script.model.list.order.descending);
}

#[test]
fn rows_are_there_before_they_are_needed() {
    let mut script = screen(contacts(2000));
    for _ in 0..60 {
        script = script.keys("<ctrl-d>").hides("  …\n");
    }
    let script = script.keys("G").hides("  …\n").shows("Fay Gold 332");
    let script = script.keys("gg").shows("Ada Byron");
    let most = script.effects.iter().filter_map(|e| match e {
        Effect::Query { window, .. } => Some(window.len()),
        _ => None,
    });
    assert!(most.max() <= Some(80));
    let script = script.silent().keys("G");
    assert!(
        script.text().contains("  …\n"),
        "placeholders until the rows come"
    );
}

#[test]
fn a_contact_opens_with_its_form() {
    let script = screen(contacts(3)).keys("j<enter>");
    assert!(matches!(
        script.model.stack.last(),
        Some(cardex::tui::screen::Screen::Form(_))
    ));
    let reads = |e: &&Effect| matches!(e, Effect::ReadContact { .. } | Effect::ReadDraft { .. });
    assert_eq!(script.effects.iter().filter(reads).count(), 2);
    let script = script.keys("<esc>");
    assert!(script.model.stack.is_empty());
}

#[test]
fn a_kept_draft_is_announced_and_one_key_away() {
    let mut script = screen(contacts(30));
    let base = script.store[7].clone();
    let draft = Draft {
        base: base.clone(),
        edits: Default::default(),
        saved_at: script.now,
    };
    script.drafts.insert(base.id.clone(), draft);
    let msg = script.draft_list();
    let script = script
        .msg(msg)
        .shows("1 draft kept: Bert Cole 001 — e opens it")
        .shows("✎");
    assert_eq!(script.model.list.at, Some(base.id));
    script.snapshot("draft_kept");
}

#[test]
fn leaving() {
    let quits = |script: &Script| script.effects.contains(&Effect::Quit);
    assert!(quits(&screen(contacts(3)).keys("q")));
    assert!(quits(&screen(contacts(3)).keys(":q<enter>")));
    let once = screen(contacts(3)).keys("<ctrl-c>").shows("Ctrl-c again");
    assert!(!quits(&once));
    assert!(quits(&once.keys("<ctrl-c>")));
    assert!(!quits(
        &screen(contacts(3))
            .keys("<ctrl-c>")
            .later(3)
            .keys("<ctrl-c>")
    ));
    assert!(!quits(&screen(contacts(3)).keys("<ctrl-c>j<ctrl-c>")));
    let help = screen(contacts(3)).keys("?q");
    assert!(
        help.model.stack.is_empty() && !quits(&help),
        "q goes back before it leaves"
    );
    assert!(quits(&screen(contacts(3)).msg(Msg::Terminate)));
}

#[test]
fn esc_closes_first_and_clears_then() {
    let script = screen(contacts(9)).keys("/ada<enter>s<esc>");
    assert!(script.model.stack.is_empty());
    assert_eq!(script.model.list.line.text(), "ada");
    let script = script.keys("<esc>");
    assert_eq!(script.model.list.line.text(), "");
    let script = script.keys("<esc>");
    assert!(!script.effects.contains(&Effect::Quit));
}

#[test]
fn pasted_text_is_never_keys() {
    let script = screen(contacts(9)).msg(Msg::Paste("quit\nq".into()));
    assert_eq!(script.model.list.line.text(), "quit q");
    assert!(!script.effects.contains(&Effect::Quit));
    let script = script
        .shows("search for this?")
        .keys("<esc>?")
        .msg(Msg::Paste("q".into()));
    assert!(script.shows("ignored").model.stack.len() == 1);
}

#[test]
fn menus_do_what_they_say() {
    let mut script = screen(contacts(3)).keys("ye");
    assert!(
        script
            .taken()
            .contains(&Effect::Copy("ada.byron@example.org".into()))
    );
    let mut script = script.keys("yJ");
    let copied = script.taken().into_iter().find_map(|e| match e {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    assert!(copied.is_some_and(|t| t.starts_with("{\"id\":\"1\"")));
    let mut script = script.keys("c<space><enter>");
    let remembered = script.taken().into_iter().find_map(|e| match e {
        Effect::Remember(settings) => Some(settings.columns),
        _ => None,
    });
    assert_eq!(
        remembered,
        Some(vec![
            "email".into(),
            "phone".into(),
            "tags".into(),
            "flags".into()
        ])
    );
    let mut script = script.keys("pj<enter>");
    assert!(
        script
            .taken()
            .contains(&Effect::OpenAccount(cardex::domain::AccountName::new(
                "support"
            )))
    );
    let mut script = script
        .keys(":columns name,attr.plan<enter>")
        .shows("plan")
        .shows("gold");
    script.taken();
    let script = script
        .keys(":columns name,age<enter>")
        .shows("\"age\" is not a column");
    let script = script.keys("<esc>:sort -email<enter>");
    assert!(script.model.list.order.descending);
    let script = script.keys(":filter tag:vip<enter>").shows("2 of 3");
    let script = script.keys("@<esc>");
    assert!(
        script
            .effects
            .ends_with(&[Effect::FollowLog(true), Effect::FollowLog(false)])
    );
    let mut script = script.keys("ro");
    assert!(script.taken().contains(&Effect::Refresh));
}

#[test]
fn loading_is_paused_and_goes_on() {
    let script = screen(contacts(3))
        .loading(LoadPhase::Running, 3, None)
        .keys("P");
    assert_eq!(script.effects.last(), Some(&Effect::PauseLoading(true)));
    let script = script
        .loading(LoadPhase::Paused, 3, None)
        .keys(":pause<enter>");
    assert_eq!(script.effects.last(), Some(&Effect::PauseLoading(false)));
    let script = screen(contacts(3))
        .loading(LoadPhase::Idle, 3, None)
        .keys("P");
    script.shows("nothing is being loaded");
}

#[test]
fn tags_that_a_list_does_not_tell_are_not_called_none() {
    let mut store = contacts(2);
    store[0].tags_read = TagsRead::No;
    store[0].tags.clear();
    store[1].tags_read = TagsRead::Catalogue;
    let script = screen(store).size(120, 24).keys("d").shows("not loaded");
    script.keys("j").shows("of the catalogue");
}

#[test]
fn masked_means_masked() {
    let script = screen(contacts(3)).size(120, 24).keys("dM");
    script
        .hides("example.org")
        .hides("+49151")
        .hides("gold")
        .shows("Ada Byron")
        .keys("M")
        .shows("gold");
}

#[test]
fn without_colour_there_is_no_colour() {
    let mut script = screen(contacts(9))
        .loading(LoadPhase::Failed(failure()), 9, None)
        .keys("d?");
    for keys in ["", "<esc>", ":", "<esc>s"] {
        script = script.keys(keys);
        script.theme = cardex::tui::Theme::new(Some(false), true);
        let buffer = script.buffer();
        let coloured = |c: &ratatui::buffer::Cell| {
            c.fg != ratatui::style::Color::Reset || c.bg != ratatui::style::Color::Reset
        };
        assert!(!buffer.content().iter().any(coloured), "{keys:?}");
    }
}

/// Draws what differs, as a terminal would be sent it; first lines that moved are moved.
fn sent(before: &ratatui::buffer::Buffer, after: &ratatui::buffer::Buffer) -> Vec<u8> {
    use ratatui::backend::{Backend, CrosstermBackend};
    let mut bytes = Vec::new();
    let mut before = before.clone();
    if let Some(shift) = cardex::tui::scroll::Shift::between(&before, after) {
        bytes.extend(shift.sequence().bytes());
        shift.apply(&mut before);
    }
    let changed = before.diff(after);
    let mut backend = CrosstermBackend::new(&mut bytes);
    backend
        .draw(changed.into_iter())
        .expect("drawing into memory");
    bytes
}

#[test]
fn moving_the_cursor_sends_few_bytes_and_the_terminal_shows_the_frame() {
    let mut script = screen(contacts(500)).size(120, 40).keys("jjj");
    let mut before = script.buffer();
    let [rows, columns] = [40, 120].map(|n| std::num::NonZeroU16::new(n).expect("not 0"));
    let mut terminal = vt100::Parser::new(rows, columns, 0);
    terminal.process(&sent(&ratatui::buffer::Buffer::empty(before.area), &before));
    let mut sizes = Vec::new();
    for key in ["j"; 60].into_iter().chain(["k"; 60]) {
        script = script.keys(key);
        let after = script.buffer();
        let bytes = sent(&before, &after);
        terminal.process(&bytes);
        let shown: Vec<String> = terminal.screen().rows(0, 120).collect();
        let shown: Vec<&str> = shown.iter().map(|l| l.trim_end()).collect();
        assert_eq!(shown.join("\n"), script.text());
        sizes.push(bytes.len());
        before = after;
    }
    sizes.sort_unstable();
    let (middle, most) = (sizes[sizes.len() / 2], sizes[sizes.len() - 1]);
    assert!(middle <= 240 && most <= 600, "median {middle}, most {most}");
}

#[test]
fn opening_right_after_typing_waits_for_the_contact_that_was_typed() {
    let store = vec![contact(1, "Ada"), contact(2, "Bob")];
    let mut script = screen(store.clone()).silent();
    script.taken();
    script = script.keys("/bob<enter>e");
    // Nothing is opened while "Ada" of the rows before still stands under the cursor.
    assert!(script.model.stack.is_empty());
    let asked = script
        .taken()
        .into_iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Query { ticket, .. } => Some(ticket),
            _ => None,
        });
    let rows = Rows {
        start: 0,
        contacts: store[1..].to_vec(),
        matched: 1,
        total: 2,
        complete: true,
        numbers: vec![2],
        ..Rows::default()
    };
    let mut script = script.msg(Msg::Rows {
        ticket: asked.expect("a question"),
        rows,
    });
    let reads: Vec<_> = script
        .taken()
        .into_iter()
        .filter_map(|e| match e {
            Effect::ReadContact { id, .. } => Some(id.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(reads, ["2"]);
}

#[test]
fn in_a_window_too_small_to_see_anything_no_key_does_anything_but_leave() {
    let mut script = screen(contacts(3)).keys("e").size(30, 8);
    script.taken();
    let mut script = script.keys("BLIND<ctrl-s><enter>").size(80, 24);
    assert!(!script.taken().iter().any(|e| matches!(
        e,
        Effect::Save { .. } | Effect::KeepDraft(_) | Effect::Preview { .. }
    )));
    script.hides("BLIND");
}
