//! The shape of the source: who imports whom, where foreign libraries may be named, that every file says
//! what it is, and that none grows beyond reading.

use std::fs;
use std::path::{Path, PathBuf};

/// Module → modules of ours that its production code may use. `None`: all but `cli`.
const TABLE: [(&str, Option<&[&str]>); 12] = [
    ("domain", Some(&[])),
    ("http", Some(&[])),
    ("provider", Some(&["domain", "http"])),
    ("secret", Some(&[])),
    ("transport", Some(&["http", "secret"])),
    ("engine", Some(&["domain", "http"])),
    ("store", Some(&["domain", "engine"])),
    ("sandbox", Some(&["http"])),
    ("config", Some(&["domain", "provider", "secret"])),
    ("tui", Some(&["domain", "engine", "http"])),
    (
        "cli",
        Some(&[
            "app", "config", "domain", "engine", "http", "provider", "sandbox", "secret",
        ]),
    ),
    ("app", None),
];

/// Foreign name → files or folders under `src` that may say it.
const FOREIGN: [(&str, &[&str]); 5] = [
    ("ratatui::", &["tui/", "tui.rs", "app/terminal.rs"]),
    ("reqwest::", &["transport/client.rs"]),
    ("rusqlite::", &["store/", "store.rs"]),
    ("Timestamp::now", &["app/clock.rs"]),
    ("SystemTime::now", &["app/clock.rs"]),
];

/// Lines of production code in one file at most.
const LONGEST: usize = 400;

struct File {
    name: String,
    text: String,
}

impl File {
    /// What stands before the inline tests; nothing of a file of tests.
    fn production(&self) -> &str {
        if self.name.ends_with("tests.rs") || self.name.contains("/tests/") {
            return "";
        }
        self.text.split("\n#[cfg(test)]").next().unwrap_or_default()
    }

    /// Production code without comments.
    fn code(&self) -> impl Iterator<Item = &str> {
        self.production()
            .lines()
            .filter(|l| !l.trim_start().starts_with("//"))
    }

    fn module(&self) -> &str {
        self.name.split(['/', '.']).next().unwrap_or_default()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn files(folder: &str) -> Vec<File> {
    let base = root().join(folder);
    let mut found = Vec::new();
    let mut open = vec![base.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path
                    .strip_prefix(&base)
                    .expect("inside")
                    .display()
                    .to_string();
                found.push(File {
                    name,
                    text: fs::read_to_string(&path).expect("text"),
                });
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn report(what: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

#[test]
fn modules_use_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for file in files("src") {
        let module = file.module();
        let Some((_, allowed)) = TABLE.iter().find(|(name, _)| *name == module) else {
            if !matches!(module, "lib" | "main") {
                wrong.push(format!("{} belongs to no module of the table", file.name));
            }
            continue;
        };
        for line in file.code() {
            for rest in line.split("crate::").skip(1) {
                let used: String = rest
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                let ours = TABLE.iter().any(|(name, _)| *name == used);
                let fine = used == module
                    || match allowed {
                        Some(list) => list.contains(&used.as_str()),
                        None => used != "cli",
                    };
                if ours && !fine {
                    wrong.push(format!("{}: {}", file.name, line.trim()));
                }
            }
        }
    }
    report("imports against the table in lib.rs", &wrong);
}

#[test]
fn the_table_in_the_header_is_the_table_that_is_checked() {
    let header = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    for (module, _) in TABLE {
        assert!(
            header.contains(&format!("//! | [`{module}`] |")),
            "{module} is not described"
        );
    }
}

#[test]
fn providers_do_not_know_each_other() {
    let providers = [
        "chatwoot",
        "chatwoot_public",
        "local",
        "opencx",
        "pabbly",
        "revyops",
    ];
    let names = |line: &str, path: String| {
        let goes_on = |c: char| c.is_alphanumeric() || c == '_';
        line.match_indices(&path)
            .any(|(at, _)| !line[at + path.len()..].starts_with(goes_on))
    };
    let mut wrong = Vec::new();
    for file in files("src/provider") {
        for line in file.code() {
            for other in providers.iter().filter(|p| **p != file.module()) {
                if names(line, format!("provider::{other}"))
                    || names(line, format!("super::{other}"))
                {
                    wrong.push(format!("{}: {}", file.name, line.trim()));
                }
            }
        }
    }
    report("providers naming providers", &wrong);
}

#[test]
fn foreign_libraries_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for file in files("src") {
        for (name, places) in FOREIGN {
            let allowed = places
                .iter()
                .any(|p| file.name == *p || (p.ends_with('/') && file.name.starts_with(p)));
            if !allowed {
                let lines = file.code().filter(|l| l.contains(name));
                wrong.extend(lines.map(|l| format!("{}: {}", file.name, l.trim())));
            }
        }
    }
    report("foreign names out of place", &wrong);
}

#[test]
fn every_file_says_what_it_is() {
    let folders = ["src", "tests", "benches"];
    let wrong: Vec<String> = folders
        .into_iter()
        .flat_map(files)
        .filter(|f| !f.text.starts_with("//! "))
        .map(|f| f.name)
        .collect();
    report("files whose first line is not //!", &wrong);
}

#[test]
fn no_file_is_longer_than_a_sitting() {
    let wrong: Vec<String> = files("src")
        .iter()
        .map(|f| (f.production().lines().count(), &f.name))
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, name)| format!("{name}: {lines}"))
        .collect();
    report("files over 400 production lines", &wrong);
}
