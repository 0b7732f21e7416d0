//! From failures of the layers below to sentences for a person: what was tried, what happened, what can
//! be done.

use crate::config::Account;
use crate::domain::{Trouble, TroubleKind};
use crate::http::{HttpRequest, HttpResponse, Verdict};
use crate::provider::{self, taxonomy};
use crate::secret::SourceError;
use crate::transport::{Broken, BrokenKind, GiveUp, Lane, LastAnswer, SendError};

/// A call that had no accepted answer. `tried` is a gerund: "reading contact 481".
pub fn of_send(
    account: &Account,
    request: &HttpRequest,
    tried: &str,
    error: &SendError,
) -> Trouble {
    match error {
        SendError::Refused(verdict, response) => {
            let trouble = of_verdict(account, tried, verdict);
            let mut trouble = advised(account, request, response, trouble);
            if let (Some(id), Some(hint)) = (response.header("x-request-id"), &mut trouble.hint) {
                hint.push_str(&format!(" (the server's request id: {id})"));
            }
            trouble
        }
        SendError::Broken(broken) => of_broken(account, tried, broken),
        SendError::GaveUp { why, last, .. } => {
            of_give_up(account, request, tried, why, last.as_deref())
        }
    }
}

/// With the table's advice, where it knows better than what holds for every such answer.
fn advised(
    account: &Account,
    request: &HttpRequest,
    response: &HttpResponse,
    trouble: Trouble,
) -> Trouble {
    match taxonomy::advice(account.provider, request, response) {
        Some(advice) => trouble.with_hint(advice),
        None => trouble,
    }
}

/// The same without the account's secrets.
pub fn masked(lane: &Lane, trouble: Trouble) -> Trouble {
    Trouble {
        message: lane.mask(&trouble.message),
        hint: trouble.hint.map(|hint| lane.mask(&hint)),
        ..trouble
    }
}

fn of_give_up(
    account: &Account,
    request: &HttpRequest,
    tried: &str,
    why: &GiveUp,
    last: Option<&LastAnswer>,
) -> Trouble {
    let mut trouble = match last {
        Some(LastAnswer { verdict, response }) => {
            let trouble = of_verdict(account, tried, verdict);
            advised(account, request, response, trouble)
        }
        None => Trouble::new(TroubleKind::Network, format!("{tried}: no answer")),
    };
    trouble.message = format!("{} (gave up: {why})", trouble.message);
    trouble
}

/// An answer that is not a success.
pub fn of_verdict(account: &Account, tried: &str, verdict: &Verdict) -> Trouble {
    let title = provider::facts(account.provider).title;
    let alone = format!(
        "check the account's token: `cardex accounts check {}` tries it alone",
        account.name
    );
    let (kind, happened, hint) = match verdict {
        Verdict::Ok | Verdict::Empty => (
            TroubleKind::Malformed,
            "the server said yes, unexpectedly".into(),
            "",
        ),
        Verdict::Throttled { .. } => (
            TroubleKind::Throttled,
            format!("{title} answered \"too many requests\" (429)"),
            "wait a minute and try again, or set a lower rate for this account",
        ),
        Verdict::SignIn { message } => (
            TroubleKind::SignIn,
            format!("{title} did not accept the token: {message}"),
            alone.as_str(),
        ),
        Verdict::Forbidden { message } => (
            TroubleKind::Forbidden,
            format!("{title} does not allow this: {message}"),
            "the token works, but its user lacks this permission; ask an administrator",
        ),
        Verdict::NotFound { message } => (
            TroubleKind::NotFound,
            format!("{title} has no such thing: {message}"),
            "it may have been deleted; if nothing is found at all, check account_id and base_url",
        ),
        Verdict::Rejected { message, .. } => (
            TroubleKind::Rejected,
            format!("{title} refused the values: {message}"),
            "correct the values and send again",
        ),
        Verdict::Server { status, message } => (
            TroubleKind::Server,
            format!("{title} failed ({status}): {message}"),
            "the fault is on the server's side; try again later",
        ),
        Verdict::Malformed { message } => (
            TroubleKind::Malformed,
            format!("the answer is not {title}'s: {message}"),
            "check base_url; a proxy or a login page may stand in between",
        ),
    };
    let trouble = Trouble::new(kind, format!("{tried}: {happened}"));
    if hint.is_empty() {
        trouble
    } else {
        trouble.with_hint(hint)
    }
}

fn of_broken(account: &Account, tried: &str, broken: &Broken) -> Trouble {
    let name = &account.name;
    let address = format!("base_url of {name} is {}", account.base_url);
    let hint = match broken.kind {
        BrokenKind::Dns => format!("{address}{}", elsewhere(account)),
        BrokenKind::Connect => address,
        BrokenKind::Tls => format!("{address}; certificates are never ignored"),
        BrokenKind::Timeout => format!(
            "try again; a longer wait can be allowed with timeout = \"60s\" for {name}, and {address}"
        ),
        BrokenKind::Reset => "try again".into(),
        BrokenKind::TooLarge => format!("it may not be the API that answers: {address}"),
        BrokenKind::Redirect | BrokenKind::Other => address,
    };
    // The sentence names the server.
    let message = format!("{tried}: {}", broken.message);
    Trouble::new(TroubleKind::Network, message).with_hint(hint)
}

/// The other addresses at which the API is said to answer: the person decides who is shown the token.
fn elsewhere(account: &Account) -> String {
    let same = |a: &&&str| a.trim_end_matches('/') != account.base_url;
    let others = provider::addresses(account.provider).iter().filter(same);
    let others: Vec<&str> = others.copied().collect();
    if others.is_empty() {
        return String::new();
    }
    format!(
        "; others reach this API at {}: set base_url to that if it is yours (cardex goes to no address by \
         itself)",
        others.join(" or ")
    )
}

/// A secret (`token`, `client_id`) that could not be had.
pub fn of_secret(account: &Account, what: &str, error: &SourceError) -> Trouble {
    let tried = format!("reading the {what} of {}", account.name);
    Trouble::new(TroubleKind::SignIn, format!("{tried}: {error}")).with_hint(format!(
        "the account's {what} setting names where it comes from"
    ))
}

/// An answer that could not be decoded.
pub fn of_decode(tried: &str, error: &provider::DecodeError) -> Trouble {
    Trouble::new(TroubleKind::Malformed, format!("{tried}: {error}"))
        .with_hint("check base_url, and that the server's version is a supported one")
}

/// A patch that the provider can not take.
pub fn of_unsupported(error: &provider::Unsupported) -> Trouble {
    Trouble::new(TroubleKind::Invalid, error.to_string()).with_hint("nothing was sent")
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::domain::{AccountName, ProviderId};
    use crate::http::Method;

    #[test]
    fn giving_up_after_a_refused_token_is_a_matter_of_signing_in() {
        let account = Account {
            provider: ProviderId::Pabbly,
            base_url: "https://chat.example".into(),
            ..Account::local(AccountName::new("desk"))
        };
        let gave_up = |last| SendError::GaveUp {
            why: GiveUp::WaitTooLong {
                until: Timestamp::UNIX_EPOCH,
                longest: SignedDuration::from_secs(120),
            },
            last,
            sent: 2,
            maybe_arrived: true,
        };
        let refused = LastAnswer {
            verdict: Verdict::SignIn {
                message: "Invalid API key".into(),
            },
            response: HttpResponse::json(401, &serde_json::Value::Null),
        };
        let request = HttpRequest::new(Method::Put, "https://chat.example/contacts/1");
        let refused = gave_up(Some(Box::new(refused)));
        let said = of_send(&account, &request, "saving contact 1", &refused);
        assert_eq!(said.kind, TroubleKind::SignIn);
        assert!(
            said.message.contains("Invalid API key (gave up: "),
            "{said}"
        );
        let said = of_send(&account, &request, "saving contact 1", &gave_up(None));
        assert_eq!(said.kind, TroubleKind::Network);
    }

    /// Sources disagree about the host. The other one is named, and never gone to: the key would be shown to a
    /// server that nobody chose.
    #[test]
    fn a_host_that_is_not_found_suggests_the_other_one_by_name() {
        let broken = |kind| {
            SendError::Broken(Broken {
                kind,
                message: "the server is not there".into(),
                maybe_arrived: false,
            })
        };
        let hint = |provider, base_url: &str, kind| {
            let account = Account {
                provider,
                base_url: base_url.into(),
                ..Account::local(AccountName::new("desk"))
            };
            let request = HttpRequest::new(Method::Get, base_url);
            of_send(&account, &request, "listing contacts", &broken(kind))
                .hint
                .unwrap()
        };
        let (api, app) = ("https://api.revyops.com", "https://app.revyops.com/api");
        let said = hint(ProviderId::RevyOps, api, BrokenKind::Dns);
        assert!(
            said.contains(&format!("others reach this API at {app}:")),
            "{said}"
        );
        let said = hint(ProviderId::RevyOps, app, BrokenKind::Dns);
        assert!(
            said.contains(&format!("others reach this API at {api}:")),
            "{said}"
        );
        let said = hint(ProviderId::RevyOps, api, BrokenKind::Tls);
        assert!(!said.contains("others"), "{said}");
        let said = hint(ProviderId::Pabbly, "https://chat.example", BrokenKind::Dns);
        assert!(!said.contains("others"), "{said}");
    }
}
