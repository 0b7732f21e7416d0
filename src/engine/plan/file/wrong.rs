//! What is wrong with a line of a plan file, in words for whoever edited it.

/// Says what was expected, for what the parser says of a line.
pub(super) fn words(error: &serde_json::Error, line: &str) -> String {
    // The parser counts bytes.
    let bytes = line.as_bytes().get(..error.column()).unwrap_or_default();
    let place = String::from_utf8_lossy(bytes).chars().count();
    if error.is_io() {
        return error.to_string();
    }
    if error.is_eof() {
        return format!("it breaks off after {place} characters; a whole JSON object was expected");
    }
    if error.is_syntax() {
        return format!(
            "it is no JSON object from its character {place} on; one a line was expected"
        );
    }
    let text = error.to_string();
    // The parser counts lines of its own, and was given one.
    let said = match text.rsplit_once(" at line ") {
        Some((said, _)) => said,
        None => &text,
    };
    match parts(said) {
        Some(("unknown field", name, rest)) => {
            format!("{name:?} is no member of it; there are {}", listed(rest))
        }
        Some(("missing field", name, _)) => format!("it has no {name:?}"),
        Some(("duplicate field", name, _)) => format!("it has {name:?} twice"),
        Some(("unknown variant", name, rest)) => {
            format!(
                "{name:?} is not known; expected was one of {}",
                listed(rest)
            )
        }
        _ => format!("before its character {place}: {said}"),
    }
}

/// `unknown field` of ``unknown field `x`, expected one of `a`, `b` ``, its `x`, and the rest.
fn parts(said: &str) -> Option<(&str, &str, &str)> {
    let (kind, rest) = said.split_once(" `")?;
    let (name, rest) = rest.split_once('`')?;
    Some((kind, name, rest))
}

/// The names in back quotes.
fn listed(text: &str) -> String {
    let names: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::{Act, Line};
    use super::*;

    #[test]
    fn each_fault_is_told_without_the_parsers_own_lines() {
        let said = |text: &str| words(&serde_json::from_str::<Line>(text).err().unwrap(), text);
        for (text, expected) in [
            (r#"{"id":"7","name":"É""#, "breaks off after 20 characters"),
            ("seven", "no JSON object from its character 1 on"),
            (r#"{"id":"7",}"#, "no JSON object from its character 11 on"),
            (
                r#"{"strukc":true}"#,
                "\"strukc\" is no member of it; there are id, name, do, reason, why",
            ),
            (r#"{"id":"7","name":"A"}"#, "it has no \"do\""),
            (r#"{"id":"7","id":"8"}"#, "it has \"id\" twice"),
            (
                r#"{"id":"7","name":"A","do":"chnage"}"#,
                "\"chnage\" is not known; expected was one of change, look, nothing, blocked",
            ),
            (
                r#"{"id":"7","name":"A","do":"look","struck":"yes"}"#,
                "before its character 47: invalid type: string \"yes\", expected a boolean",
            ),
        ] {
            let words = said(text);
            assert!(words.contains(expected), "{text}: {words}");
            assert!(!words.contains("at line"), "{words}");
        }
        assert!(serde_json::from_str::<Act>("\"look\"").is_ok());
    }
}
