//! Who is signed in, what answers, and at which pace: asked, and said in plain sentences.

use super::{Remote, Session, store_trouble};
use crate::domain::{Trouble, TroubleKind};
use crate::http::HttpResponse;
use crate::provider::{self, Reply};
use crate::transport::{Lane, Priority};

/// What an account's server tells about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct About {
    /// Who is signed in, what the key may do, which version and which shape of answers was met.
    pub told: Vec<String>,
    /// What was asked and refused, although signing in worked.
    pub refused: Vec<Trouble>,
}

impl Session {
    /// Signs in and asks what can be known without changing anything.
    ///
    /// # Errors
    /// When signing in fails, or nothing answers.
    pub async fn about(&self) -> Result<About, Trouble> {
        let Some(remote) = &self.inner.remote else {
            let tried = "counting the contacts";
            let count = self.inner.contacts.count(&self.inner.account.name).await;
            let count = count.map_err(|e| store_trouble(tried, &e))?;
            return Ok(About {
                told: vec![format!("the local store holds {count} contacts")],
                ..About::default()
            });
        };
        let mut about = About::default();
        let mut limits: Vec<String> = Vec::new();
        let tried = format!("asking {}", self.inner.account.host());
        let mut answered = false;
        for call in remote.codec.about(&self.inner.context) {
            let priority = Priority::Interactive;
            match self.exchange(remote, &call, &tried, priority).await {
                Ok((reply, response)) => {
                    answered = true;
                    if let Reply::About(lines) = reply {
                        about.told.extend(lines);
                    }
                    for limit in told_limits(&response) {
                        if !limits.contains(&limit) {
                            limits.push(limit);
                        }
                    }
                }
                // Who is let in elsewhere may be refused one thing; all else is about the whole account.
                Err(trouble) if answered && is_of_one_call(&trouble) => {
                    about.refused.push(trouble);
                }
                Err(trouble) => return Err(trouble),
            }
        }
        about.told.push(self.pace(remote, &limits));
        Ok(about)
    }

    /// The pace in force, and what the server says of it.
    fn pace(&self, remote: &Remote, limits: &[String]) -> String {
        let account = &self.inner.account;
        let facts = provider::facts(account.provider);
        let now = remote.connector.connected().and_then(Lane::per_minute);
        let now = now.unwrap_or(account.per_minute.unwrap_or(facts.pace.per_minute));
        let from = match account.per_minute {
            Some(_) => "set by rate",
            None => "cardex's start for this vendor; rate sets another",
        };
        let server = match limits {
            [] => "the server tells no limit".to_string(),
            limits => format!("the server tells {}", limits.join(", ")),
        };
        format!("Pace: at most {now} requests a minute ({from}); {server}.")
    }
}

fn is_of_one_call(trouble: &Trouble) -> bool {
    matches!(
        trouble.kind,
        TroubleKind::Forbidden | TroubleKind::NotFound | TroubleKind::Rejected
    )
}

/// What a response's headers say of a rate limit. There is no one name for them.
fn told_limits(response: &HttpResponse) -> Vec<String> {
    const NAMES: [&str; 6] = [
        "ratelimit-policy",
        "ratelimit-limit",
        "x-ratelimit-limit",
        "x-rate-limit-limit",
        "ratelimit",
        "x-ratelimit-remaining",
    ];
    let told = NAMES.iter().filter_map(|name| {
        let value = response.header(name)?;
        let value: String = value.chars().take(60).collect();
        Some(format!("{name} {value}"))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_in_headers_are_told_by_their_names() {
        let mut response = HttpResponse::text(200, "application/json", "{}");
        assert!(told_limits(&response).is_empty());
        for (name, value) in [("X-RateLimit-Limit", "60"), ("retry-after", "3")] {
            response.headers.push((name.into(), value.into()));
        }
        assert_eq!(told_limits(&response), ["x-ratelimit-limit 60"]);
    }
}
