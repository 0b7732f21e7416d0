//! The files that a roster is filled from: a source id a line, or comma-separated values under a header. A file
//! with a wrong line is not taken at all, and every wrong line is named.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::{Trouble, TroubleKind};
use crate::store::RosterEntry;

/// The columns of a file with a header.
const COLUMNS: [&str; 2] = ["source_id", "identifier"];

/// So many wrong lines are named.
const NAMED: usize = 5;

/// What stands in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// The contacts, each once, in the file's order.
    pub entries: Vec<RosterEntry>,
    /// How often one stood there again.
    pub doubled: usize,
}

/// A line that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongLine {
    /// Which, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Reads a file's text. Empty lines are passed over. The first line decides: where its first column is
/// `source_id`, columns follow.
///
/// # Errors
/// Every line that is wrong.
pub fn read(text: &str, origin: &str, now: Timestamp) -> Result<Read, Vec<WrongLine>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().find(|l| !l.trim().is_empty());
    let head = first.and_then(|l| l.split(',').next()).unwrap_or_default();
    let lines = match head
        .trim()
        .trim_matches('"')
        .eq_ignore_ascii_case(COLUMNS[0])
    {
        true => columns(text),
        false => plain(text),
    };
    let mut read = Read::default();
    let mut wrong = Vec::new();
    let mut met: HashMap<String, Option<String>> = HashMap::new();
    for found in lines {
        let entry = found.and_then(|(line, id, identifier)| {
            let entry = super::entry(&id, identifier.as_deref(), origin, now);
            entry
                .map(|e| (line, e))
                .map_err(|reason| WrongLine { line, reason })
        });
        match entry {
            Err(problem) => wrong.push(problem),
            Ok((line, entry)) => {
                let id = entry.source_id.as_str().to_string();
                match met.get(&id) {
                    None => {
                        met.insert(id, entry.identifier.clone());
                        read.entries.push(entry);
                    }
                    Some(before) if *before == entry.identifier => read.doubled += 1,
                    Some(_) => wrong.push(WrongLine {
                        line,
                        reason: format!("{id:?} stands above with another identifier"),
                    }),
                }
            }
        }
    }
    if wrong.is_empty() {
        Ok(read)
    } else {
        Err(wrong)
    }
}

type Found = Result<(u64, String, Option<String>), WrongLine>;

fn plain(text: &str) -> Vec<Found> {
    let lines = (1..).zip(text.lines());
    let lines = lines.map(|(line, text)| (line, text.trim()));
    let filled = lines.filter(|(_, text)| !text.is_empty());
    filled
        .map(|(line, text)| {
            let mark = [(',', "comma"), (';', "semicolon"), ('\t', "tab")];
            match mark.into_iter().find(|(c, _)| text.contains(*c)) {
                None => Ok((line, text.to_string(), None)),
                Some((_, what)) => Err(WrongLine {
                    line,
                    reason: format!(
                        "{text:?} holds a {what}; a file with columns has commas between them and begins \
                         with the line source_id,identifier"
                    ),
                }),
            }
        })
        .collect()
}

fn columns(text: &str) -> Vec<Found> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(record) => record.iter().map(str::to_ascii_lowercase).collect(),
        Err(e) => return vec![Err(broken(&e))],
    };
    let unknown = header.iter().find(|name| !COLUMNS.contains(&name.as_str()));
    if let Some(name) = unknown {
        let reason = format!(
            "there is no column {name:?}; there are {}",
            COLUMNS.join(" and ")
        );
        return vec![Err(WrongLine { line: 1, reason })];
    }
    let at = |name: &str| header.iter().position(|h| h == name);
    let (id_at, identifier_at) = (at(COLUMNS[0]), at(COLUMNS[1]));
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|e| broken(&e))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() > header.len() {
            let reason = format!(
                "has {} columns, and the header {}; quote a value that holds a comma",
                record.len(),
                header.len()
            );
            return Err(WrongLine { line, reason });
        }
        let cell = |at: Option<usize>| at.and_then(|i| record.get(i)).unwrap_or_default();
        let identifier = Some(cell(identifier_at).to_string()).filter(|i| !i.is_empty());
        Ok((line, cell(id_at).to_string(), identifier))
    };
    reader.records().map(row).collect()
}

fn broken(error: &csv::Error) -> WrongLine {
    WrongLine {
        line: error.position().map_or(0, csv::Position::line),
        reason: "can not be read; quotes may not be closed".into(),
    }
}

/// What is wrong with a file, as one sentence.
pub fn trouble(name: &str, wrong: &[WrongLine]) -> Trouble {
    let named = wrong.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|w| format!("line {}: {}", w.line, w.reason))
        .collect();
    let more = match wrong.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let message = format!("importing {name}: {}{more}", named.join("; "));
    Trouble::new(TroubleKind::Invalid, message)
        .with_hint("nothing was imported; correct the file first")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source id and identifier of each contact, and how many stood there again.
    type Told = (Vec<(String, Option<String>)>, usize);

    fn told(text: &str) -> Result<Told, Vec<(u64, String)>> {
        read(text, "file x", Timestamp::UNIX_EPOCH)
            .map(|read| {
                let pair = |e: RosterEntry| (e.source_id.to_string(), e.identifier);
                (read.entries.into_iter().map(pair).collect(), read.doubled)
            })
            .map_err(|wrong| wrong.into_iter().map(|w| (w.line, w.reason)).collect())
    }

    fn pair(id: &str, identifier: Option<&str>) -> (String, Option<String>) {
        (id.into(), identifier.map(Into::into))
    }

    #[test]
    fn a_line_is_a_source_id_and_doubles_are_counted() {
        let text = "\u{feff}pub-1\r\n\n  pub-2  \npub-1\npub#3\npub-1";
        let ids = ["pub-1", "pub-2", "pub#3"].map(|id| pair(id, None));
        assert_eq!(told(text), Ok((ids.to_vec(), 2)));
        assert_eq!(told(""), Ok((vec![], 0)));
    }

    #[test]
    fn columns_follow_a_header_in_any_order() {
        let text = "source_id,identifier\npub-1,cust-1\n\"a,b\",\npub-2\npub-1,cust-1\n";
        let wanted = [
            pair("pub-1", Some("cust-1")),
            pair("a,b", None),
            pair("pub-2", None),
        ];
        assert_eq!(told(text), Ok((wanted.to_vec(), 1)));
        assert_eq!(
            told("Source_Id\npub-1\n"),
            Ok((vec![pair("pub-1", None)], 0))
        );
    }

    #[test]
    fn every_wrong_line_is_named_with_its_reason() {
        for (text, wanted) in [
            (
                "ok\na.b\n\nc d\n",
                vec![
                    (2, "without blanks and dots"),
                    (4, "without blanks and dots"),
                ],
            ),
            ("pub-1,cust-1\n", vec![(1, "holds a comma")]),
            (
                "source_id,email\npub-1,a@b.c\n",
                vec![(1, "no column \"email\"")],
            ),
            (
                "source_id,identifier\n,cust-1\npub-1,c,d\n",
                vec![(2, "must be a source id"), (3, "has 3 columns")],
            ),
            (
                "source_id,identifier\npub-1,a\npub-1,b\n",
                vec![(3, "with another identifier")],
            ),
        ] {
            let wrong = told(text).unwrap_err();
            assert_eq!(wrong.len(), wanted.len(), "{text:?}: {wrong:?}");
            for ((line, reason), (at, words)) in wrong.iter().zip(wanted) {
                assert_eq!(*line, at, "{text:?}: {reason}");
                assert!(reason.contains(words), "{text:?}: {reason}");
            }
        }
    }

    #[test]
    fn many_wrong_lines_are_counted() {
        let wrong = read(&"a b\n".repeat(9), "file x", Timestamp::UNIX_EPOCH).unwrap_err();
        let said = trouble("ids.txt", &wrong);
        assert!(
            said.message.starts_with("importing ids.txt: line 1: "),
            "{said}"
        );
        assert!(said.message.ends_with("; and 4 more"), "{said}");
    }
}
