//! Keys in, screen out: a small language for flows without terminal, store or network. Questions of the
//! screen are answered at once from a naive list in memory.
//!
//! ```text
//! screen(contacts(3)).size(80, 24).keys("jj/ada<enter>").snapshot("name")
//! ```
//!
//! Keys are characters and names in angle brackets: `<enter> <esc> <tab> <s-tab> <space> <ctrl-s> <f2>
//! <down> <pgdn> <backspace> <lt>`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use cardex::domain::{
    AccountName, Contact, ContactId, Draft, FieldKey, FieldTable, Filter, Flag, Guarded, Marks,
    Order, ProviderId, SortKey, Span, Trouble,
};
use cardex::engine::{Check, Preview, SaveOutcome};
use cardex::http::curl::Credentials;
use cardex::http::{FieldProblem, HttpRequest};
use cardex::tui::msg::{
    AccountInfo, AccountRow, LoadPhase, Loading, Opened, Picked, Rows, Settings, Ticket,
};
use cardex::tui::{Effect, Keymap, Model, Msg, Theme, update, view};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

mod bulk;

/// A flow in progress.
pub struct Script {
    pub model: Model,
    /// Every effect so far.
    pub effects: Vec<Effect>,
    /// What the store holds.
    pub store: Vec<Contact>,
    /// Drafts that are kept.
    pub drafts: BTreeMap<ContactId, Draft>,
    /// How coming saves end; when empty a save is applied to the store and verified.
    pub saves: VecDeque<SaveOutcome>,
    /// What a preview says that has to be allowed.
    pub acts: Vec<Guarded>,
    /// What a preview answers.
    pub preview: Result<Vec<HttpRequest>, Vec<FieldProblem>>,
    /// What reading a contact answers instead of the store's copy.
    pub reads: VecDeque<Result<Contact, Trouble>>,
    /// What the provider has besides: it comes when all that match are asked for.
    pub remote: Vec<Contact>,
    /// Whether that question is answered.
    pub gathers: bool,
    /// What planning answers instead of a plan.
    pub plan_fails: Option<Trouble>,
    /// The tags that exist at the provider, where it tells, for planning.
    pub catalogue: Option<Vec<String>>,
    /// Whether questions are answered.
    pub answering: bool,
    pub theme: Theme,
    pub now: Timestamp,
    account: AccountInfo,
}

/// A flow over these contacts in a local account, 80×24, opened and its first rows there.
pub fn screen(store: Vec<Contact>) -> Script {
    closed(store).open()
}

/// The same before any account is open.
pub fn closed(store: Vec<Contact>) -> Script {
    Script {
        model: Model::new(80, 24, Keymap::default()),
        effects: Vec::new(),
        store,
        drafts: BTreeMap::new(),
        saves: VecDeque::new(),
        acts: Vec::new(),
        preview: Ok(Vec::new()),
        reads: VecDeque::new(),
        remote: Vec::new(),
        gathers: true,
        plan_fails: None,
        catalogue: None,
        answering: true,
        theme: Theme::new(Some(true), false),
        now: "2026-01-02T03:04:05Z".parse().expect("a time"),
        account: account(cardex::provider::local::table()),
    }
}

/// An account called `demo` with this field table.
pub fn account(table: FieldTable) -> AccountInfo {
    AccountInfo {
        name: AccountName::new("demo"),
        provider: ProviderId::Local,
        title: "local store".into(),
        host: String::new(),
        table,
        read_only: false,
        region: Some("DE".into()),
        auth: Credentials::default(),
        practice: true,
    }
}

impl Script {
    /// Another account instead of `demo`; before [`Script::open`].
    pub fn account(mut self, change: impl FnOnce(&mut AccountInfo)) -> Self {
        change(&mut self.account);
        self
    }

    /// Opens the account.
    pub fn open(self) -> Self {
        let opened = Opened {
            account: self.account.clone(),
            accounts: vec![
                AccountRow {
                    name: AccountName::new("demo"),
                    title: "local store".into(),
                    place: "demo.db".into(),
                },
                AccountRow {
                    name: AccountName::new("support"),
                    title: "Chatwoot".into(),
                    place: "https://chat.example".into(),
                },
            ],
            settings: Settings::default(),
        };
        self.msg(Msg::Opened(Box::new(opened)))
    }

    /// Another window size.
    pub fn size(self, columns: u16, rows: u16) -> Self {
        self.msg(Msg::Resized { columns, rows })
    }

    /// No question is answered from now on.
    pub fn silent(mut self) -> Self {
        self.answering = false;
        self
    }

    /// Loading as told by the shell.
    pub fn loading(self, phase: LoadPhase, loaded: usize, total: Option<u64>) -> Self {
        self.msg(Msg::Loading(Loading {
            phase,
            loaded,
            total,
            mirror_of: None,
        }))
    }

    /// Lets time pass.
    pub fn later(mut self, seconds: i64) -> Self {
        self.now += jiff::SignedDuration::from_secs(seconds);
        self
    }

    /// Presses keys.
    pub fn keys(mut self, keys: &str) -> Self {
        for key in parse(keys) {
            self = self.msg(Msg::Key(key));
        }
        self
    }

    /// Something happens; its questions are answered until there are none.
    pub fn msg(mut self, msg: Msg) -> Self {
        let mut queue = VecDeque::from([msg]);
        while let Some(msg) = queue.pop_front() {
            let effects = update(&mut self.model, msg, self.now);
            if self.answering {
                for effect in &effects {
                    queue.extend(self.answer(effect));
                }
            }
            self.effects.extend(effects);
        }
        self
    }

    /// A question is answered late.
    pub fn answers(mut self, effect: &Effect) -> Self {
        for msg in self.answer(effect) {
            self = self.msg(msg);
        }
        self
    }

    /// The effects since the last time.
    pub fn taken(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    fn answer(&mut self, effect: &Effect) -> Vec<Msg> {
        match effect {
            Effect::Query {
                ticket,
                filter,
                order,
                window,
                follow,
                marks,
                anchor,
            } => {
                let mut rows = self.query(filter, *order, window.clone(), follow.as_ref());
                let shown: Vec<u32> = self.found(filter, *order).iter().map(row_of).collect();
                let all: Marks = self.store.iter().map(row_of).collect();
                rows.gone = marks.iter().filter(|r| !all.contains(*r)).collect();
                let outside = |r: &u32| all.contains(*r) && !shown.contains(r);
                rows.hidden = Some(marks.iter().filter(outside).count());
                rows.anchored = anchor.and_then(|a| shown.iter().position(|r| *r == a));
                vec![Msg::Rows {
                    ticket: *ticket,
                    rows,
                }]
            }
            Effect::Pick {
                ticket,
                filter,
                order,
                span,
            } => vec![self.picked(*ticket, filter, *order, *span)],
            Effect::Gather {
                ticket,
                filter,
                order,
            } if self.gathers => {
                self.store.append(&mut self.remote);
                vec![
                    Msg::StoreChanged,
                    self.picked(*ticket, filter, *order, Span::All),
                ]
            }
            Effect::ReadContact { ticket, id } => {
                let stored = self.store.iter().find(|c| c.id == *id).cloned();
                let result = self.reads.pop_front().unwrap_or_else(|| {
                    stored.ok_or_else(|| {
                        Trouble::new(cardex::domain::TroubleKind::NotFound, "no such contact")
                    })
                });
                vec![Msg::ContactRead {
                    ticket: *ticket,
                    result: result.map(Box::new),
                }]
            }
            Effect::ReadDraft { ticket, id } => vec![Msg::DraftRead {
                ticket: *ticket,
                draft: self.drafts.get(id).cloned().map(Box::new),
            }],
            Effect::KeepDraft(draft) => {
                self.drafts.insert(draft.base.id.clone(), (**draft).clone());
                vec![self.draft_list()]
            }
            Effect::DropDraft(id) => {
                self.drafts.remove(id);
                vec![self.draft_list()]
            }
            Effect::Preview { ticket, .. } => vec![Msg::Previewed {
                ticket: *ticket,
                result: self.preview.clone().map(|requests| Preview {
                    requests,
                    acts: self.acts.clone(),
                }),
            }],
            Effect::Save {
                ticket,
                base,
                patch,
                ..
            } => {
                let outcome = self.saves.pop_front().unwrap_or_else(|| {
                    let after = patch.apply(base);
                    SaveOutcome::Applied {
                        before: (**base).clone(),
                        after,
                        changes: cardex::domain::diff::changes_of(base, patch),
                        check: Check::Verified,
                    }
                });
                let mut answers = Vec::new();
                if let SaveOutcome::Applied { after, .. } = &outcome {
                    for contact in self.store.iter_mut().filter(|c| c.id == after.id) {
                        *contact = after.clone();
                    }
                    answers.push(Msg::StoreChanged);
                }
                answers.push(Msg::Saved {
                    ticket: *ticket,
                    outcome: Box::new(outcome),
                });
                answers
            }
            Effect::Copy(_) => vec![Msg::Said("copied".into())],
            other => self.bulk_answer(other),
        }
    }

    /// Tells the screen which drafts are kept, as at start.
    pub fn draft_list(&self) -> Msg {
        let list = self.drafts.values();
        let list = list.map(|d| (d.base.id.clone(), d.base.title().to_string(), d.saved_at));
        Msg::Drafts(list.collect())
    }

    fn picked(&self, ticket: Ticket, filter: &Filter, order: Order, span: Span) -> Msg {
        let shown: Vec<u32> = self.found(filter, order).iter().map(row_of).collect();
        let place = |row: u32| shown.iter().position(|r| *r == row);
        let rows = match span {
            Span::All => shown.iter().copied().collect(),
            Span::Between(a, b) => match (place(a), place(b)) {
                (Some(a), Some(b)) => shown[a.min(b)..=a.max(b)].iter().copied().collect(),
                _ => Marks::default(),
            },
        };
        let result = Ok(Picked {
            rows: Arc::new(rows),
            remark: None,
        });
        Msg::Picked { ticket, result }
    }

    fn found(&self, filter: &Filter, order: Order) -> Vec<Contact> {
        let stored = self.store.iter().filter(|c| filter.matches_contact(c));
        let mut found: Vec<Contact> = stored.cloned().collect();
        let key = |c: &Contact| match order.key {
            SortKey::Name => c.field(FieldKey::Name).to_lowercase(),
            SortKey::Email => c.field(FieldKey::Email).to_lowercase(),
            SortKey::Phone => c.field(FieldKey::Phone).to_string(),
            SortKey::Updated => c.updated_at.map(|t| t.to_string()).unwrap_or_default(),
            SortKey::Id => format!("{:0>24}", c.id.as_str()),
        };
        found.sort_by(|a, b| {
            let (x, y) = (key(a), key(b));
            let empty = x.is_empty().cmp(&y.is_empty());
            let keys = if order.descending {
                y.cmp(&x)
            } else {
                x.cmp(&y)
            };
            empty.then(keys).then(a.id.cmp(&b.id))
        });
        found
    }

    fn query(
        &self,
        filter: &Filter,
        order: Order,
        window: std::ops::Range<usize>,
        follow: Option<&ContactId>,
    ) -> Rows {
        let found = self.found(filter, order);
        let end = window.end.min(found.len());
        let start = window.start.min(end);
        Rows {
            start,
            contacts: found[start..end].to_vec(),
            numbers: found[start..end].iter().map(row_of).collect(),
            matched: found.len(),
            total: self.store.len(),
            complete: true,
            followed: follow.and_then(|id| found.iter().position(|c| c.id == *id)),
            ..Rows::default()
        }
    }

    /// The drawn screen.
    pub fn buffer(&self) -> Buffer {
        let size = self.model.desk.size;
        let mut terminal =
            Terminal::new(TestBackend::new(size.columns, size.rows)).expect("a test terminal");
        terminal
            .draw(|frame| view(&self.model, frame, &self.theme))
            .expect("drawing");
        let buffer = terminal.backend().buffer().clone();
        for cell in buffer.content() {
            assert!(
                !cell.symbol().chars().any(is_dangerous),
                "{:?}",
                cell.symbol()
            );
        }
        buffer
    }

    /// The drawn text, one line a row, without blanks at line ends.
    pub fn text(&self) -> String {
        text(&self.buffer())
    }

    /// Text and styles, for a snapshot.
    pub fn picture(&self) -> String {
        let buffer = self.buffer();
        format!("{}\n--- styles ---\n{}", text(&buffer), styles(&buffer))
    }

    /// Compares text and styles with the stored picture.
    #[track_caller]
    pub fn snapshot(self, name: &str) -> Self {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, self.picture());
        });
        self
    }

    /// Asserts that the drawn text holds this.
    #[track_caller]
    pub fn shows(self, part: &str) -> Self {
        let text = self.text();
        assert!(
            text.contains(part),
            "{part:?} is not on the screen:\n{text}"
        );
        self
    }

    /// Asserts that the drawn text does not hold this.
    #[track_caller]
    pub fn hides(self, part: &str) -> Self {
        let text = self.text();
        assert!(!text.contains(part), "{part:?} is on the screen:\n{text}");
        self
    }
}

/// Characters that must never reach a terminal.
fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
            | '\u{2028}' | '\u{2029}')
}

fn text(buffer: &Buffer) -> String {
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).expect("a width");
        }
        lines.push(line.trim_end().to_string());
    }
    lines.join("\n")
}

/// One letter a cell, with a legend; plain cells are dots.
fn styles(buffer: &Buffer) -> String {
    let mut legend: Vec<(Style, char)> = Vec::new();
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        for x in 0..buffer.area.width {
            let style = buffer[(x, y)].style();
            let plain = style.fg.is_none_or(|c| c == Color::Reset)
                && style.bg.is_none_or(|c| c == Color::Reset)
                && style.add_modifier == Modifier::empty();
            if plain {
                line.push('.');
                continue;
            }
            let letter = legend.iter().find(|(s, _)| *s == style).map(|(_, l)| *l);
            line.push(letter.unwrap_or_else(|| {
                let letter = char::from(b'a' + u8::try_from(legend.len()).expect("few styles"));
                legend.push((style, letter));
                letter
            }));
        }
        out.push_str(line.trim_end_matches('.'));
        out.push('\n');
    }
    for (style, letter) in legend {
        let color = match (style.fg, style.bg) {
            (Some(fg), Some(bg)) if bg != Color::Reset => format!("{fg} on {bg}"),
            (Some(fg), _) if fg != Color::Reset => format!("{fg}"),
            _ => String::new(),
        };
        out.push_str(&format!("{letter}: {color} {:?}\n", style.add_modifier));
    }
    out
}

fn parse(keys: &str) -> Vec<KeyEvent> {
    let mut out = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c != '<' {
            out.push(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
            continue;
        }
        let (name, tail) = rest.split_once('>').expect("a key name ends with >");
        rest = tail;
        let (modifiers, name) = match name.split_once('-') {
            Some(("ctrl", n)) => (KeyModifiers::CONTROL, n),
            Some(("s", n)) => (KeyModifiers::SHIFT, n),
            _ => (KeyModifiers::NONE, name),
        };
        let code = match name {
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" if modifiers == KeyModifiers::SHIFT => KeyCode::BackTab,
            "tab" => KeyCode::Tab,
            "space" => KeyCode::Char(' '),
            "lt" => KeyCode::Char('<'),
            "backspace" => KeyCode::Backspace,
            "delete" => KeyCode::Delete,
            "up" => KeyCode::Up,
            "down" => KeyCode::Down,
            "left" => KeyCode::Left,
            "right" => KeyCode::Right,
            "home" => KeyCode::Home,
            "end" => KeyCode::End,
            "pgup" => KeyCode::PageUp,
            "pgdn" => KeyCode::PageDown,
            n if n.starts_with('f') && n.len() > 1 => KeyCode::F(n[1..].parse().expect("a number")),
            n => KeyCode::Char(n.chars().next().expect("a key")),
        };
        out.push(KeyEvent::new(code, modifiers));
    }
    out
}

/// The row number of a contact: its id.
fn row_of(contact: &Contact) -> u32 {
    contact.id.as_str().parse().expect("a number")
}

/// A contact of the account `demo`.
pub fn contact(id: u32, name: &str) -> Contact {
    let id = ContactId::new(id.to_string());
    let mut contact = Contact::new(id, AccountName::new("demo"), ProviderId::Local);
    contact.set_field(FieldKey::Name, name);
    contact
}

/// So many contacts with plain values, in the order of their names.
pub fn contacts(count: u32) -> Vec<Contact> {
    const NAMES: [&str; 6] = [
        "Ada Byron",
        "Bert Cole",
        "Cleo Dunn",
        "Dora East",
        "Emil Frey",
        "Fay Gold",
    ];
    let make = |at: u32| {
        let name = NAMES[at as usize % NAMES.len()];
        let name = match at as usize / NAMES.len() {
            0 => name.to_string(),
            round => format!("{name} {round:03}"),
        };
        let mut contact = contact(at + 1, &name);
        let mailbox = name.to_lowercase().replace(' ', ".");
        contact.set_field(FieldKey::Email, &format!("{mailbox}@example.org"));
        contact.set_field(FieldKey::Phone, &format!("+49151{:07}", 1_000_000 + at));
        if at.is_multiple_of(2) {
            contact.tags.insert("vip".into());
        }
        if at.is_multiple_of(3) {
            contact.tags.insert("trial".into());
            contact.attributes.insert("plan".into(), "gold".into());
        }
        match at % 3 {
            0 => contact.flags.insert(Flag::Optin, true),
            1 => contact.flags.insert(Flag::Optin, false),
            _ => None,
        };
        contact.updated_at =
            Some(Timestamp::from_second(1_760_000_000 + i64::from(at) * 86_400).expect("a time"));
        contact
    };
    (0..count).map(make).collect()
}
