//! The bits of SQL behaviour that show through: `LIKE`, `->>`, and casts from text.

use jiff::civil::Date;
use serde_json::Value;

/// `text LIKE pattern`, or `ILIKE` where case does not count.
pub fn like(text: &str, pattern: &str, any_case: bool) -> bool {
    let fold = |s: &str| {
        if any_case {
            s.to_lowercase()
        } else {
            s.to_owned()
        }
    };
    let text: Vec<char> = fold(text).chars().collect();
    let pieces = pieces(&fold(pattern));
    // After a mismatch only the last `%` can take one character more.
    let (mut at, mut piece, mut retry) = (0, 0, None);
    while at < text.len() {
        match pieces.get(piece) {
            Some(Piece::Any) => {
                retry = Some((at, piece));
                piece += 1;
            }
            Some(Piece::One) => (at, piece) = (at + 1, piece + 1),
            Some(Piece::Literal(c)) if *c == text[at] => (at, piece) = (at + 1, piece + 1),
            _ => match retry {
                Some((from, any)) => {
                    retry = Some((from + 1, any));
                    (at, piece) = (from + 1, any + 1);
                }
                None => return false,
            },
        }
    }
    pieces[piece..]
        .iter()
        .all(|rest| matches!(rest, Piece::Any))
}

enum Piece {
    Any,
    One,
    Literal(char),
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            '%' => Piece::Any,
            '_' => Piece::One,
            '\\' => Piece::Literal(characters.next().unwrap_or('\\')),
            other => Piece::Literal(other),
        });
    }
    pieces
}

/// `object ->> key`: null for a missing key and for JSON null, else the value's text.
pub fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// `text::numeric`.
pub fn numeric(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// `text::boolean`.
pub fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "t" | "tr" | "tru" | "true" | "y" | "ye" | "yes" | "on" | "1" => Some(true),
        "f" | "fa" | "fal" | "fals" | "false" | "n" | "no" | "of" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// `text::date` for the spellings people send: ISO dates with or without a time, and `M/D/Y`.
pub fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let day = text.split(['T', ' ']).next()?;
    day.parse()
        .ok()
        .or_else(|| Date::strptime("%m/%d/%Y", day).ok())
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn wildcards_and_escapes() {
        for (text, pattern, expected) in [
            ("bob fox", "%B_B%", true),
            ("bob fox", "%fox", true),
            ("bob fox", "fox%", false),
            ("aab", "%a%b", true),
            ("50%", "%\\%%", true),
            ("50", "%\\%%", false),
            ("", "%", true),
            ("", "_", false),
        ] {
            assert_eq!(like(text, pattern, true), expected, "{text} like {pattern}");
        }
        assert!(!like("Bob", "bob", false));
    }
}
