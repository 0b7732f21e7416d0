//! One table of the configuration file while it is read: typed look-ups that remember mistakes and
//! unknown keys with their lines, so that all can be reported at once.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The line (from 1) of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|b| **b == b'\n')
        .count()
        + 1
}

/// A table with its path (`accounts.support.`) and first line, the keys asked for so far, mistakes and warnings.
pub(super) struct Section<'a> {
    text: &'a str,
    path: String,
    line: usize,
    table: &'a DeTable<'a>,
    known: Vec<String>,
    mistakes: Vec<String>,
    warnings: Vec<String>,
}

impl<'a> Section<'a> {
    pub(super) fn new(text: &'a str, path: &str, line: usize, table: &'a DeTable<'a>) -> Self {
        Self {
            text,
            path: path.to_string(),
            line,
            table,
            known: Vec::new(),
            mistakes: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Every key of the table.
    pub(super) fn names(&self) -> Vec<String> {
        self.table.keys().map(|k| k.get_ref().to_string()).collect()
    }

    fn value(&mut self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key.to_string());
        self.table
            .iter()
            .find(|(k, _)| k.get_ref() == key)
            .map(|(_, v)| v)
    }

    fn wrong_type(&mut self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let line = line_of(self.text, value.span().start);
        let got = value.get_ref().type_str();
        self.mistakes.push(format!(
            "line {line}: {}{key} must be {wanted}, but is a {got}",
            self.path
        ));
    }

    /// Notes a mistake at a key.
    pub(super) fn mistake(&mut self, key: &str, what: &str) {
        let line = self.line(key);
        self.known.push(key.to_string());
        self.mistakes
            .push(format!("line {line}: {}{key}: {what}", self.path));
    }

    /// Notes a mistake of the table itself.
    pub(super) fn missing(&mut self, key: &str, what: &str) {
        let table = self.path.trim_end_matches('.');
        self.mistakes
            .push(format!("line {}: {table} needs {key}: {what}", self.line));
    }

    /// Notes something that is ignored.
    pub(super) fn ignored(&mut self, key: &str, why: &str) {
        let line = self.line(key);
        self.warnings
            .push(format!("line {line}: {}{key} is ignored: {why}", self.path));
    }

    /// Takes a key for known without reading it.
    pub(super) fn know(&mut self, key: &str) {
        self.known.push(key.to_string());
    }

    fn line(&self, key: &str) -> usize {
        let at = self
            .table
            .keys()
            .find(|k| k.get_ref() == key)
            .map_or(0, |k| k.span().start);
        line_of(self.text, at)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.keys().any(|k| k.get_ref() == key)
    }

    /// Whether the key holds a table.
    pub(super) fn is_table(&self, key: &str) -> bool {
        let mut entries = self.table.iter();
        entries.any(|(k, v)| k.get_ref() == key && v.get_ref().as_table().is_some())
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        if let Some(text) = value.get_ref().as_str() {
            return Some(text.to_string());
        }
        self.wrong_type(key, value, "a text in quotes");
        None
    }

    pub(super) fn boolean(&mut self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        if let Some(b) = value.get_ref().as_bool() {
            return Some(b);
        }
        self.wrong_type(key, value, "true or false");
        None
    }

    pub(super) fn number(&mut self, key: &str) -> Option<u64> {
        let value = self.value(key)?;
        let parsed = value
            .get_ref()
            .as_integer()
            .and_then(|i| i.as_str().parse().ok());
        if parsed.is_none() {
            self.wrong_type(key, value, "a whole number without quotes");
        }
        parsed
    }

    /// A number with or without a point.
    pub(super) fn fraction(&mut self, key: &str) -> Option<f64> {
        let value = self.value(key)?;
        let whole = value.get_ref().as_integer();
        let parsed = match value.get_ref().as_float() {
            Some(float) => float.as_str().parse().ok(),
            None => whole.and_then(|i| i.as_str().parse().ok()),
        };
        let parsed = parsed.filter(|n: &f64| n.is_finite());
        if parsed.is_none() {
            self.wrong_type(key, value, "a number without quotes, such as 0.5");
        }
        parsed
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let value = self.value(key)?;
        if let Some(one) = value.get_ref().as_str() {
            return Some(vec![one.to_string()]);
        }
        let list: Option<Vec<String>> = value.get_ref().as_array().and_then(|array| {
            array
                .iter()
                .map(|v| v.get_ref().as_str().map(String::from))
                .collect()
        });
        if list.is_none() {
            self.wrong_type(key, value, "a list of texts");
        }
        list
    }

    pub(super) fn table(&mut self, key: &str) -> Option<Section<'a>> {
        let value = self.value(key)?;
        if let Some(table) = value.get_ref().as_table() {
            let line = line_of(self.text, value.span().start);
            let path = format!("{}{key}.", self.path);
            return Some(Section::new(self.text, &path, line, table));
        }
        self.wrong_type(key, value, "a table");
        None
    }

    /// Takes over what a finished inner table noted.
    pub(super) fn absorb(&mut self, inner: Section<'_>) {
        let (mistakes, warnings) = inner.finish();
        self.mistakes.extend(mistakes);
        self.warnings.extend(warnings);
    }

    /// Mistakes, and warnings with those for keys that nobody asked for.
    pub(super) fn finish(mut self) -> (Vec<String>, Vec<String>) {
        for key in self.table.keys() {
            let name = key.get_ref().to_string();
            if self.known.contains(&name) {
                continue;
            }
            let line = line_of(self.text, key.span().start);
            let near = nearest(&name, &self.known);
            let hint = near.map_or(String::new(), |n| format!("; did you mean {n}?"));
            let path = &self.path;
            self.warnings.push(format!(
                "line {line}: {path}{name} is not a known setting{hint} (ignored)"
            ));
        }
        (self.mistakes, self.warnings)
    }
}

/// The known name nearest to a mistyped one, if one is near.
fn nearest<'k>(name: &str, known: &'k [String]) -> Option<&'k String> {
    known
        .iter()
        .map(|k| (distance(name, k), k))
        .filter(|(d, k)| *d <= 1 + k.chars().count() / 4)
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

/// Edits between two words: insertions, deletions, replacements.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX - 1);
            let left = row.get(j).copied().unwrap_or(usize::MAX - 1);
            let best = (diagonal + usize::from(x != *y))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = best;
            }
        }
    }
    row.last().copied().unwrap_or(0)
}
