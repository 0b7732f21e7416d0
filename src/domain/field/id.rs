//! What ids of contacts look like at the providers.

/// The shape of a contact id, checked before a path is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdRule {
    /// Decimal digits without a leading zero.
    Integer,
    /// 24 hexadecimal characters.
    Hex24,
    /// Any text that fits into one segment of a path: 1 to 255 characters, no blanks or control characters,
    /// not `.` or `..`.
    Opaque,
    /// The same without a dot, behind which Chatwoot's router reads a format.
    SourceId,
}

impl IdRule {
    /// Checks an id; says what would be right.
    ///
    /// # Errors
    /// A sentence naming the rule.
    pub fn check(self, id: &str) -> Result<(), String> {
        let good = match self {
            Self::Integer => {
                (1..=18).contains(&id.len())
                    && id.bytes().all(|b| b.is_ascii_digit())
                    && !id.starts_with('0')
            }
            Self::Hex24 => id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit()),
            Self::Opaque => is_segment(id),
            Self::SourceId => is_segment(id) && !id.contains('.'),
        };
        if good {
            return Ok(());
        }
        let rule = match self {
            Self::Integer => "a positive whole number, such as 481",
            Self::Hex24 => "24 hexadecimal characters, such as 64b0c0ffee0123456789abcd",
            Self::Opaque => "1 to 255 characters without blanks",
            Self::SourceId => {
                "a source id: 1 to 255 characters without blanks and dots (Chatwoot can not address \
                 one with a dot)"
            }
        };
        Err(format!(
            "id: {id:?} is not a contact id here; it must be {rule}"
        ))
    }
}

fn is_segment(id: &str) -> bool {
    let length = id.chars().count();
    (1..=255).contains(&length)
        && id != "."
        && id != ".."
        && !id.chars().any(|c| c.is_whitespace() || c.is_control())
}
