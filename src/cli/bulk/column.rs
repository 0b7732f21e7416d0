//! Files that name contacts or rows: one a line, JSON lines, or a table with a header, of which one column is meant.
//! Spreadsheets write them with a byte order mark, other line ends, quotes and blank lines.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;

/// What may stand between columns.
const BETWEEN: [char; 3] = ['\t', ',', ';'];

/// A value, and the number of its line, from 1.
pub type Cell = (u64, String);

/// The text of a file, without its byte order mark; `-` is standard input.
///
/// # Errors
/// It can not be read, or is no UTF-8.
pub fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    match path.as_os_str() == "-" {
        true => io::stdin().lock().read_to_string(&mut text),
        false => File::open(path).and_then(|mut file| file.read_to_string(&mut text)),
    }
    .map_err(|e| match e.kind() {
        io::ErrorKind::InvalidData => io::Error::other("it is not UTF-8; save it as that"),
        _ => e,
    })?;
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Ok(rest.to_string()),
        None => Ok(text),
    }
}

/// The values of the column of this name, in whatever case, where the first line names one.
///
/// # Errors
/// A sentence part with the line that has no such column.
pub fn of_table(text: &str, column: &str) -> Result<Option<Vec<Cell>>, String> {
    let Some(header) = text.lines().map(str::trim).find(|line| !line.is_empty()) else {
        return Ok(None);
    };
    let between = header.chars().find(|c| BETWEEN.contains(c)).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(between).unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let named = reader.headers().map_err(|e| e.to_string())?;
    let Some(at) = named.iter().position(|n| n.eq_ignore_ascii_case(column)) else {
        return Ok(None);
    };
    let mut cells = Vec::new();
    let (mut line, mut seen) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        // The reader's own position is before the empty lines, and before the second half of a line's end.
        let begins = record.position().map_or(0, csv::Position::byte);
        let begins = usize::try_from(begins).unwrap_or(text.len());
        let rest = text.get(begins..).unwrap_or_default();
        let begins = begins + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        line += lines_in(text.get(seen..begins));
        seen = begins;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let value = record.get(at).filter(|v| !v.is_empty());
        let value = value.ok_or_else(|| format!("line {line} has nothing under {column:?}"))?;
        cells.push((line, value.to_string()));
    }
    Ok(Some(cells))
}

/// One value a line: as it is, in double quotes, or the member of this name of a JSON object.
///
/// # Errors
/// A sentence part with the line that holds something else.
pub fn of_lines(text: &str, member: &str) -> Result<Vec<Cell>, String> {
    let mut cells = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let quoted = line.strip_prefix('"').and_then(|l| l.strip_suffix('"'));
        let value = match (quoted.filter(|q| !q.contains('"')), line.starts_with('{')) {
            (Some(quoted), _) => quoted.to_string(),
            (None, true) => in_object(line, member)
                .ok_or_else(|| format!("line {number} is no JSON object with {member:?}"))?,
            (None, false) if line.contains(BETWEEN) => {
                return Err(format!(
                    "line {number} holds several columns, and no header says which is {member:?}"
                ));
            }
            (None, false) => line.to_string(),
        };
        cells.push((number, value));
    }
    Ok(cells)
}

fn lines_in(text: Option<&str>) -> u64 {
    text.unwrap_or_default().matches('\n').map(|_| 1).sum()
}

fn in_object(line: &str, member: &str) -> Option<String> {
    let value: Value = serde_json::from_str(line).ok()?;
    match value.get(member)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<Vec<Cell>, String> {
        match of_table(text, "id")? {
            Some(cells) => Ok(cells),
            None => of_lines(text, "id"),
        }
    }

    fn cells(of: &[(u64, &str)]) -> Vec<Cell> {
        of.iter().map(|(n, t)| (*n, (*t).to_string())).collect()
    }

    #[test]
    fn values_stand_one_a_line_or_in_a_column_that_the_header_names() {
        for (text, expected) in [
            ("7\n8\n", &[(1, "7"), (2, "8")][..]),
            ("7\r\n\r\n 8 \r\n", &[(1, "7"), (3, "8")]),
            ("ID\r\n7\r\n", &[(2, "7")]),
            ("\n\nid\n7\n", &[(4, "7")]),
            ("\"7\"\n8", &[(1, "7"), (2, "8")]),
            (
                "{\"id\":\"7\",\"name\":\"a,b\"}\n{\"id\":8}\n",
                &[(1, "7"), (2, "8")],
            ),
            (
                "row,id,name\n0,7,\"Doe, Jane\"\n\n1,8,\"two\nlines\"\n2,9,Z\n",
                &[(2, "7"), (4, "8"), (6, "9")],
            ),
            ("Name;Id\nAna;7\n;\n", &[(2, "7")]),
            ("\"name\"\t\"id\"\nAna\t7\n", &[(2, "7")]),
            ("", &[]),
            ("id\n", &[]),
        ] {
            assert_eq!(found(text), Ok(cells(expected)), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_to_be_told_is_named_by_its_line() {
        for (text, words) in [
            ("7\n8,Ana\n", "line 2 holds several columns"),
            ("name,mail\nAna,a@b.c\n", "line 1 holds several columns"),
            ("7\tAna", "line 1 holds several columns"),
            ("{\"name\":\"x\"}", "line 1 is no JSON object with \"id\""),
            ("name,id\nAna\n", "line 2 has nothing under \"id\""),
        ] {
            let said = found(text).unwrap_err();
            assert!(said.contains(words), "{text:?}: {said}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids");
        std::fs::write(&path, "\u{feff}7\r\n").unwrap();
        assert_eq!(text_of(&path).unwrap(), "7\r\n");
        std::fs::write(&path, b"\xff\xfe7\0").unwrap();
        assert!(text_of(&path).unwrap_err().to_string().contains("UTF-8"));
    }
}
