//! Provider text made fit for a terminal: nothing in it can move the cursor, change direction or hide;
//! and its measures in columns.
//!
//! Everything that comes from a provider, a file or a person passes here before it is drawn or printed.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

mod classes;

use classes::{is_hidden, joins};

/// Most combining marks that one letter keeps; real scripts stay below.
const MOST_MARKS: usize = 6;
/// The flags that are spelled in tag characters: England, Scotland, Wales.
const TAG_FLAGS: [&str; 3] = [
    "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// The text on one line. Control characters become their pictures (`␛`, `␊`, `␉`), bidi controls and other
/// invisible characters `⟨U+202E⟩`, heaps of combining marks `⟨+40⟩`. Joiners and variation selectors inside
/// emoji, and joiners between letters of scripts that need them, stay.
pub fn one_line(text: &str) -> Cow<'_, str> {
    shown(text, false)
}

/// The same with line breaks kept; `\r\n` counts as one.
pub fn multi_line(text: &str) -> Cow<'_, str> {
    shown(text, true)
}

/// Columns that shown text takes: the sum over its graphemes, which is how it is drawn.
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The text in at most so many columns: cut between graphemes, with `…` where something was cut.
pub fn fit(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_string();
    }
    let Some(room) = columns.checked_sub(1) else {
        return String::new();
    };
    let mut used = 0;
    let kept = text.graphemes(true).take_while(|g| {
        used += g.width();
        used <= room
    });
    let mut out: String = kept.collect();
    out.push('…');
    out
}

/// The text in exactly so many columns: cut as by [`fit`], then filled with blanks.
pub fn pad(text: &str, columns: usize) -> String {
    let mut out = fit(text, columns);
    let missing = columns.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', missing));
    out
}

/// Printable ASCII: nothing to do, one column each.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~'))
}

fn shown(text: &str, lines: bool) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut before: Option<char> = None;
    let mut marks = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        let is_mark = is_combining_mark(c) && !is_hidden(c);
        let stays = !is_hidden(c) || joins(before, c, rest.chars().next());
        // Joiners do not begin a new letter: a heap goes on behind them.
        if !is_mark && (!stays || !is_hidden(c)) {
            close_heap(&mut out, &mut marks);
        }
        match c {
            '\r' if lines && rest.starts_with('\n') => {}
            '\n' if lines => out.push('\n'),
            '\0'..='\u{1f}' => out.push(picture(c)),
            '\u{7f}' => out.push('␡'),
            '\u{1f3f4}' => {
                out.push(c);
                if let Some(flag) = TAG_FLAGS.iter().find(|f| rest.starts_with(**f)) {
                    out.push_str(flag);
                    rest = rest.get(flag.len()..).unwrap_or_default();
                }
            }
            _ if is_mark => {
                if before.is_none_or(|b| b == '\n') {
                    // A mark without a letter would sit on whatever the screen shows before it.
                    out.push('◌');
                }
                marks += 1;
                if marks <= MOST_MARKS {
                    out.push(c);
                }
            }
            _ if c.is_control() || !stays => {
                out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
            }
            _ => out.push(c),
        }
        before = Some(c);
    }
    close_heap(&mut out, &mut marks);
    Cow::Owned(out)
}

/// Says how many marks were left out.
fn close_heap(out: &mut String, marks: &mut usize) {
    if *marks > MOST_MARKS {
        out.push_str(&format!("⟨+{}⟩", *marks - MOST_MARKS));
    }
    *marks = 0;
}

/// The picture of a C0 control.
fn picture(c: char) -> char {
    char::from_u32(0x2400 + u32::from(c)).unwrap_or('␀')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_text_is_visible_and_tame() {
        let cases = [
            ("Ada Byron", "Ada Byron"),
            ("\u{1b}[31mred\u{7}", "␛[31mred␇"),
            ("a\nb\tc\r\n\u{7f}", "a␊b␉c␍␊␡"),
            ("\u{9b}2J\u{85}", "⟨U+009B⟩2J⟨U+0085⟩"),
            ("x\u{202e}gpj.exe", "x⟨U+202E⟩gpj.exe"),
            (
                "\u{2066}a\u{2069}\u{200e}\u{61c}",
                "⟨U+2066⟩a⟨U+2069⟩⟨U+200E⟩⟨U+061C⟩",
            ),
            (
                "a\u{200b}b\u{feff}\u{2028}c\u{ad}",
                "a⟨U+200B⟩b⟨U+FEFF⟩⟨U+2028⟩c⟨U+00AD⟩",
            ),
            ("pay\u{200d}pal", "pay⟨U+200D⟩pal"),
            ("a\u{e0041}\u{e007f}", "a⟨U+E0041⟩⟨U+E007F⟩"),
            ("\u{3164}\u{115f}", "⟨U+3164⟩⟨U+115F⟩"),
            ("a\u{fe0f}\u{fe00}", "a⟨U+FE0F⟩⟨U+FE00⟩"),
            ("\u{301}a", "◌\u{301}a"),
            ("é مُحَمَّد 山田太郎", "é مُحَمَّد 山田太郎"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            (
                "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f} 👍🏽",
                "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f} 👍🏽",
            ),
            (
                "👁\u{fe0f}\u{200d}🗨\u{fe0f} 1\u{fe0f}\u{20e3}",
                "👁\u{fe0f}\u{200d}🗨\u{fe0f} 1\u{fe0f}\u{20e3}",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(one_line(text), want, "{text:?}");
        }
        assert_eq!(one_line("\n\u{301}"), "␊◌\u{301}");
        let england = format!("\u{1f3f4}{}", TAG_FLAGS[0]);
        assert_eq!(one_line(&england), england);
        assert_eq!(
            one_line(&format!("Z{}o", "\u{335}".repeat(46))),
            format!("Z{}⟨+40⟩o", "\u{335}".repeat(6))
        );
        assert_eq!(multi_line("a\r\nb\n\u{1b}c\rd"), "a\nb\n␛c␍d");
    }

    #[test]
    fn columns_are_counted_and_cut_between_graphemes() {
        assert_eq!(width("山田"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(fit("山田太郎", 8), "山田太郎");
        assert_eq!(fit("山田太郎", 7), "山田太…");
        assert_eq!(fit("山田太郎", 6), "山田…");
        assert_eq!(fit("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!((fit("ab", 1).as_str(), fit("ab", 0).as_str()), ("…", ""));
        assert_eq!(pad("山田太郎", 6), "山田… ");
        assert_eq!(pad("ab", 4), "ab  ");
    }

    #[test]
    fn joiners_do_not_lengthen_a_heap_of_marks() {
        let heap = one_line(&format!("م{}", "\u{64b}\u{200c}".repeat(20))).into_owned();
        assert_eq!(heap.matches('\u{64b}').count(), MOST_MARKS);
    }

    /// Text dense in what hurts.
    fn hostile() -> impl Strategy<Value = String> {
        let nasty = prop::sample::select(vec![
            'a',
            'é',
            '山',
            '\u{301}',
            '\u{1b}',
            '\n',
            '\r',
            '\u{200d}',
            '\u{200c}',
            '\u{202e}',
            '\u{2067}',
            '\u{fe0f}',
            '👩',
            '❤',
            '\u{1f3f4}',
            '\u{e0067}',
            '\u{1f1e6}',
            'ا',
            'ل',
            '\u{600}',
            '\u{9b}',
            '1',
            '\u{94d}',
            'क',
            '\u{e33}',
        ]);
        let mixed = prop_oneof![4 => nasty, 1 => any::<char>()];
        prop::collection::vec(mixed, 0..24).prop_map(|c| c.into_iter().collect())
    }

    proptest! {
        #[test]
        fn shown_text_is_harmless(text in hostile()) {
            let out = one_line(&text);
            let bad = |c: char| c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}'
                    | '\u{61c}' | '\u{2028}' | '\u{2029}');
            prop_assert!(!out.chars().any(bad), "{:?}", out);
            let lines = multi_line(&text);
            prop_assert!(!lines.chars().any(|c| c != '\n' && bad(c)));
        }

        #[test]
        fn fitted_text_fits(text in hostile(), columns in 0_usize..12) {
            let text = one_line(&text);
            let cut = fit(&text, columns);
            prop_assert!(width(&cut) <= columns, "{:?} is {} wide", cut, width(&cut));
            prop_assert_eq!(width(&pad(&text, columns)), columns);
        }
    }
}
