//! Keys to named actions. The table of defaults is in `keymap::table`; help, footer, palette, the README's
//! list and a user's own keys are all made from it.

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;

mod action;
mod key;
mod table;

pub use action::{Action, Context};
pub use key::Key;

/// One row: in this context these keys do this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Where.
    pub context: Context,
    /// Key sequences, most usual first; mostly of one key.
    pub keys: Vec<Vec<Key>>,
    /// What.
    pub action: Action,
    /// What help calls it.
    pub label: &'static str,
    /// Place in the footer, smallest first; `None`: not shown there.
    pub footer: Option<u8>,
}

/// What came of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// The action to do.
    Do(Action),
    /// The keys so far begin a sequence.
    Pending,
    /// Bound to nothing; in a text field it is text.
    Nothing,
}

/// The keymap in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        let rows = table::ROWS.iter();
        let bindings = rows.map(|(context, keys, action, label, footer)| Binding {
            context: *context,
            keys: keys.iter().filter_map(|k| sequence(k).ok()).collect(),
            action: *action,
            label,
            footer: *footer,
        });
        Self {
            bindings: bindings.collect(),
        }
    }
}

impl Keymap {
    /// The defaults with a person's own keys over them: `action` or `context.action` to keys, an empty
    /// list to unbind. What is wrong is left out and said.
    pub fn with_overrides(overrides: &BTreeMap<String, Vec<String>>) -> (Self, Vec<String>) {
        let mut keymap = Self::default();
        let mut warnings = Vec::new();
        for (name, keys) in overrides {
            let (context, action) = name
                .split_once('.')
                .map_or((None, name.as_str()), |(c, a)| (Some(c), a));
            let mut parsed = Vec::new();
            for text in keys {
                match sequence(text) {
                    Ok(keys) => parsed.push(keys),
                    Err(wrong) => warnings.push(format!("keys.{name}: {wrong}")),
                }
            }
            let meant = |b: &&mut Binding| {
                b.action.name() == action && context.is_none_or(|c| b.context.name() == c)
            };
            let mut found = false;
            let mut taken = Vec::new();
            for binding in keymap.bindings.iter_mut().filter(meant) {
                found = true;
                if !parsed.is_empty() || keys.is_empty() {
                    binding.keys.clone_from(&parsed);
                    taken.push((binding.context, binding.action));
                }
            }
            // A key that is given to one action is taken from the others of the same place.
            for binding in &mut keymap.bindings {
                let rival =
                    |(c, a): &(Context, Action)| *c == binding.context && *a != binding.action;
                if taken.iter().any(rival) {
                    binding.keys.retain(|k| !parsed.contains(k));
                }
            }
            if !found {
                let near =
                    nearest(action).map_or_else(String::new, |n| format!("; did you mean {n}?"));
                warnings.push(format!("keys.{name}: there is no such action{near}"));
            }
        }
        (keymap, warnings)
    }

    /// What `event` does after the keys in `pending`. Contexts are asked in order. With `text` printable
    /// keys belong to the text unless the first context binds them.
    pub fn lookup(
        &self,
        contexts: &[Context],
        text: bool,
        pending: &[Key],
        event: &KeyEvent,
    ) -> Lookup {
        let key = Key::of(event);
        let mut typed = pending.to_vec();
        typed.push(key);
        for (at, context) in contexts.iter().enumerate() {
            if text && at > 0 && key.is_printable() {
                continue;
            }
            let here = self.bindings.iter().filter(|b| b.context == *context);
            let mut begun = false;
            for binding in here {
                for keys in &binding.keys {
                    if *keys == typed {
                        return Lookup::Do(binding.action);
                    }
                    begun |= keys.starts_with(&typed);
                }
            }
            if begun {
                return Lookup::Pending;
            }
        }
        if pending.is_empty() {
            Lookup::Nothing
        } else {
            self.lookup(contexts, text, &[], event)
        }
    }

    /// Whether `pending` and then `event` begin a longer sequence.
    pub fn begins(&self, contexts: &[Context], pending: &[Key], event: &KeyEvent) -> bool {
        let mut typed = pending.to_vec();
        typed.push(Key::of(event));
        let begins = |b: &Binding| b.keys.iter().any(|k| k.starts_with(&typed));
        self.rows(contexts).any(begins)
    }

    /// The rows of some contexts in table order, those without keys included.
    pub fn rows(&self, contexts: &[Context]) -> impl Iterator<Item = &Binding> {
        contexts
            .iter()
            .flat_map(|c| self.bindings.iter().filter(move |b| b.context == *c))
    }

    /// The first key of an action in the first of the contexts that binds it, as written.
    pub fn key_of(&self, contexts: &[Context], action: Action) -> Option<String> {
        self.rows(contexts)
            .find(|b| b.action == action && !b.keys.is_empty())
            .and_then(|b| b.keys.first())
            .map(|keys| written(keys))
    }

    /// What the footer says: `(key, word)` by priority. With `text` keys are named that are no text.
    pub fn footer(&self, contexts: &[Context], text: bool) -> Vec<(String, &'static str)> {
        let is_text = |b: &Binding, keys: &[Key]| {
            text && b.context == Context::Everywhere && keys.iter().all(|k| k.is_printable())
        };
        let mut rows: Vec<&Binding> = self
            .rows(contexts)
            .filter(|b| b.footer.is_some() && !b.keys.is_empty())
            .collect();
        rows.sort_by_key(|b| b.footer);
        // A key of a wider context that a narrower one uses for something else is not this binding's here.
        let taken = |b: &Binding, keys: &[Key]| {
            let narrower = contexts.iter().take_while(|c| **c != b.context);
            self.rows(&narrower.copied().collect::<Vec<_>>())
                .any(|other| other.keys.iter().any(|k| k.as_slice() == keys))
        };
        let named = rows.into_iter().filter_map(|b| {
            let mut free = b.keys.iter().filter(|k| !is_text(b, k) && !taken(b, k));
            Some((written(free.next()?), b.label))
        });
        named.collect()
    }

    /// The whole table in Markdown, for the README.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for context in Context::ALL {
            let rows: Vec<&Binding> = self
                .rows(&[context])
                .filter(|b| !b.keys.is_empty())
                .collect();
            if rows.is_empty() {
                continue;
            }
            out.push_str(&format!(
                "**{}**\n\n| keys | what | name |\n|---|---|---|\n",
                context.title()
            ));
            for binding in rows {
                let keys: Vec<String> = binding
                    .keys
                    .iter()
                    .map(|k| format!("`{}`", written(k)))
                    .collect();
                out.push_str(&format!(
                    "| {} | {} | `{}.{}` |\n",
                    keys.join(" "),
                    binding.label,
                    context.name(),
                    binding.action.name()
                ));
            }
            out.push('\n');
        }
        out
    }
}

/// A sequence as people read it: `gg`, `Ctrl-s`.
pub fn written(keys: &[Key]) -> String {
    let names: Vec<String> = keys.iter().map(Key::to_string).collect();
    let short = names.iter().all(|n| n.chars().count() == 1);
    names.join(if short { "" } else { " " })
}

/// Reads a sequence: keys with blanks between them.
fn sequence(text: &str) -> Result<Vec<Key>, String> {
    let keys: Vec<Key> = text
        .split_whitespace()
        .map(Key::parse)
        .collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err("an empty text is not a key; unbind with an empty list".into());
    }
    Ok(keys)
}

/// The action whose name is most like a mistyped one.
fn nearest(name: &str) -> Option<&'static str> {
    let alike = |other: &str| {
        let common = name.chars().filter(|c| other.contains(*c)).count();
        2 * common < name.len() + other.len().min(name.len())
    };
    table::ROWS
        .iter()
        .map(|row| row.2.name())
        .filter(|other| !alike(other))
        .min_by_key(|other| other.len().abs_diff(name.len()))
}

#[cfg(test)]
mod tests;
