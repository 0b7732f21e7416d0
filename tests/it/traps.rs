//! Which test answers which trap: for each provider, every trap of its fact sheet by number, and every thing
//! that the vendor leaves open, with the tests and golden cases that show what cardex does about it.
//!
//! A provider's rows are a module below with two constants, `TRAPS` and `OPEN`; it is named in [`SHEETS`] with
//! the number of traps that its fact sheet has. An answer is the name of a test function, wherever it stands,
//! or a golden case as `PROVIDER/CASE`; this file checks that they exist. That they are good is theirs.

mod chatwoot;
mod opencx;
mod pabbly;
mod revyops;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A trap, or an open question, and what answers it.
pub(super) struct Row {
    /// Its number in the fact sheet, from 1; 0 for open questions, which have none there.
    pub number: usize,
    /// What it is, in a few words.
    pub what: &'static str,
    /// Names of tests and golden cases.
    pub answers: &'static [&'static str],
}

/// A trap's row.
pub(super) const fn trap(
    number: usize,
    what: &'static str,
    answers: &'static [&'static str],
) -> Row {
    Row {
        number,
        what,
        answers,
    }
}

/// An open question's row.
pub(super) const fn open(what: &'static str, answers: &'static [&'static str]) -> Row {
    trap(0, what, answers)
}

struct Sheet {
    provider: &'static str,
    /// How many traps the fact sheet has.
    traps: usize,
    rows: &'static [Row],
    open: &'static [Row],
}

const SHEETS: &[Sheet] = &[
    Sheet {
        provider: "chatwoot",
        traps: 25,
        rows: chatwoot::TRAPS,
        open: chatwoot::OPEN,
    },
    Sheet {
        provider: "opencx",
        traps: 10,
        rows: opencx::TRAPS,
        open: opencx::OPEN,
    },
    Sheet {
        provider: "pabbly",
        traps: 11,
        rows: pabbly::TRAPS,
        open: pabbly::OPEN,
    },
    Sheet {
        provider: "revyops",
        traps: 12,
        rows: revyops::TRAPS,
        open: revyops::OPEN,
    },
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The functions of a file that are run as tests: an attribute stands between them and what is before.
fn tests_of(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
            continue;
        }
        let function = line.strip_prefix("async ").unwrap_or(line);
        match function.strip_prefix("fn ") {
            Some(rest) if marked => {
                names.extend(rest.split('(').next().map(str::to_string));
                marked = false;
            }
            _ => marked &= line.starts_with('#') || line.starts_with("//") || line.ends_with(")]"),
        }
    }
    names
}

fn all_tests() -> BTreeSet<String> {
    let mut files = Vec::new();
    for folder in ["src", "tests/it"] {
        sources(&root().join(folder), &mut files);
    }
    let texts = files.iter().map(|f| std::fs::read_to_string(f).unwrap());
    texts.flat_map(|text| tests_of(&text)).collect()
}

#[test]
fn every_trap_and_every_open_question_is_answered_by_a_test_that_exists() {
    let tests = all_tests();
    assert!(tests.len() > 200, "the sources are not read: {tests:?}");
    let mut wrong = Vec::new();
    for sheet in SHEETS {
        let numbers: Vec<usize> = sheet.rows.iter().map(|r| r.number).collect();
        let wanted: Vec<usize> = (1..=sheet.traps).collect();
        if numbers != wanted {
            wrong.push(format!("{}: the rows are {numbers:?}", sheet.provider));
        }
        for row in sheet.rows.iter().chain(sheet.open) {
            let place = format!("{} {} ({})", sheet.provider, row.number, row.what);
            if row.answers.is_empty() {
                wrong.push(format!("{place}: nothing answers it"));
            }
            for answer in row.answers {
                let there = match answer.split_once('/') {
                    Some(_) => root().join("tests/codec").join(answer).is_dir(),
                    None => tests.contains(*answer),
                };
                if !there {
                    wrong.push(format!("{place}: there is no {answer}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn tests_are_told_from_other_functions() {
    let text = "fn no() {}\n#[test]\nfn yes() {}\n    #[test]\n    // why\n    #[expect(x)]\n    fn also(a in b()) {\n\
                #[tokio::test]\nasync fn later() {}\n#[test]\nstruct S;\nfn not() {}";
    assert_eq!(tests_of(text), ["yes", "also", "later"]);
}
