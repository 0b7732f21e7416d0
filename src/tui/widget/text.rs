//! Drawing and wrapping text that came from outside. Everything passes `domain::shown` on its way.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::shown;

/// What stands for a private text in privacy mode; always as long, so that its length is private too.
pub const MASK: &str = "••••••";

/// The text, or the mask where it is private and not empty.
pub fn hidden(text: &str, private: bool) -> String {
    if private && !text.is_empty() {
        MASK.into()
    } else {
        text.into()
    }
}

/// Writes a text at a place, made safe and cut to the columns; returns the columns used. Nothing is
/// written outside of the buffer.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, text: &str, columns: u16, style: Style) -> u16 {
    let area = buffer.area;
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
        return 0;
    }
    let columns = columns.min(area.right() - x);
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return put_plain(buffer, x, y, text, columns, style);
    }
    let text = shown::fit(&shown::one_line(text), usize::from(columns));
    let (end, _) = buffer.set_stringn(x, y, text, usize::from(columns), style);
    end - x
}

/// [`put`] for printable ASCII, most of what is ever drawn: nothing to make safe, a column each.
fn put_plain(buffer: &mut Buffer, x: u16, y: u16, text: &str, columns: u16, style: Style) -> u16 {
    let room = usize::from(columns);
    let kept = if text.len() <= room {
        text.len()
    } else {
        room.saturating_sub(1)
    };
    let letters = (0..kept).filter_map(|at| text.get(at..=at));
    let cut = (kept < text.len() && room > 0).then_some("…");
    let mut end = x;
    for letter in letters.chain(cut) {
        if let Some(cell) = buffer.cell_mut((end, y)) {
            cell.set_symbol(letter).set_style(style);
        }
        end += 1;
    }
    end - x
}

/// Writes one line of an area, from its left edge; lines outside of the area are left out.
pub fn put_line(buffer: &mut Buffer, area: Rect, line: usize, text: &str, style: Style) {
    if let Ok(line) = u16::try_from(line)
        && line < area.height
    {
        put(buffer, area.x, area.y + line, text, area.width, style);
    }
}

/// Breaks a text into lines of at most so many columns, at blanks where there are some. Line breaks
/// in the text are kept; all else is made safe first.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let safe = shown::multi_line(text);
    let mut lines = Vec::new();
    for paragraph in safe.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_word_bounds() {
            let width = shown::width(word);
            if used + width <= columns {
                line.push_str(word);
                used += width;
                continue;
            }
            if used > 0 {
                let carried = carried(&mut line, word);
                lines.push(line.trim_end().to_string());
                used = shown::width(&carried);
                line = carried;
            }
            if word.trim().is_empty() {
                continue;
            }
            for grapheme in word.graphemes(true) {
                let width = shown::width(grapheme);
                if used + width > columns {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push_str(grapheme);
                used += width;
            }
        }
        lines.push(line.trim_end().to_string());
    }
    lines
}

/// Cuts the last word off a full line where the text goes on with a mark that belongs to it: no line begins
/// with a comma.
fn carried(line: &mut String, next: &str) -> String {
    let closes = |c: char| ",.;:!?)]}”’»…".contains(c);
    if !next.chars().all(closes) {
        return String::new();
    }
    match line.rfind(' ') {
        Some(blank) => line.split_off(blank + 1),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_within_long_words() {
        let cases: [(&str, usize, &[&str]); 8] = [
            ("", 5, &[""]),
            ("one two three", 7, &["one two", "three"]),
            ("one two, three", 7, &["one", "two,", "three"]),
            ("onetwot, three", 7, &["onetwot", ", three"]),
            ("abcdefgh", 3, &["abc", "def", "gh"]),
            ("a\nb", 5, &["a", "b"]),
            ("山田太郎", 4, &["山田", "太郎"]),
            ("x\u{1b}[2J", 10, &["x␛[2J"]),
        ];
        for (text, columns, want) in cases {
            assert_eq!(wrap(text, columns), want, "{text:?}");
        }
    }

    #[test]
    fn nothing_is_put_outside() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        assert_eq!(put(&mut buffer, 5, 0, "abc", 3, Style::new()), 0);
        assert_eq!(put(&mut buffer, 0, 5, "abc", 3, Style::new()), 0);
        assert_eq!(put(&mut buffer, 1, 0, "abc", 9, Style::new()), 2);
    }
}
