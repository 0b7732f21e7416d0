//! What an answer means, in the words that transport, engine and screen act on.
//!
//! A codec's `judge` makes a [`Verdict`] of a response; nothing here knows a provider.

/// One refused or suspicious field, in the provider-independent key language
/// (`email`, `attr.plan`, `tags`, `optin`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The key as the form and `--set` spell it.
    pub key: String,
    /// What is wrong, for the person editing.
    pub message: String,
    /// Whether the answer says that another contact holds this value. Set only where that is certain:
    /// it makes cardex look for the holder.
    pub taken: bool,
}

impl FieldProblem {
    /// A value that is wrong in itself, or of which no more is known.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            message: message.into(),
            taken: false,
        }
    }

    /// A value that another contact holds.
    pub fn taken(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            taken: true,
            ..Self::new(key, message)
        }
    }
}

/// What a response means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Done; the body may be decoded.
    Ok,
    /// Nothing is listed, told with a failure's status: an empty list, or the page behind the last one.
    Empty,
    /// Too many requests; send again later.
    Throttled {
        /// The raw `Retry-After` header (seconds or an HTTP date), where one came.
        retry_after: Option<String>,
        /// Wait for the next full clock minute where no header tells: fixed windows.
        minute_window: bool,
    },
    /// Not signed in: the token is missing, wrong or expired.
    SignIn {
        /// The server's own words.
        message: String,
    },
    /// Signed in, but this is not allowed.
    Forbidden {
        /// The server's own words.
        message: String,
    },
    /// What was addressed does not exist.
    NotFound {
        /// The server's own words.
        message: String,
    },
    /// The values were refused; nothing was stored.
    Rejected {
        /// The server's own words.
        message: String,
        /// The fields it named.
        fields: Vec<FieldProblem>,
    },
    /// The server failed (5xx); a write may or may not have been applied.
    Server {
        /// The status code.
        status: u16,
        /// The server's own words, shortened.
        message: String,
    },
    /// The answer is not what this API sends: HTML, truncated or foreign JSON, unexpected redirect.
    Malformed {
        /// What was expected and what came.
        message: String,
    },
}

impl Verdict {
    /// Whether the answer is one to decode.
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::Ok | Self::Empty)
    }
}
