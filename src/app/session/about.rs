//! Who is signed in, what answers, and at which pace: asked, and said in plain sentences.

use super::{Remote, Session, store_trouble};
use crate::domain::{Trouble, TroubleKind, count};
use crate::http::{HttpResponse, Verdict};
use crate::provider::{self, Reply};
use crate::transport::{Lane, Priority, SendError, SendOptions};

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
                told: vec![format!("the local store holds {}", count::contacts(count))],
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
                Err(trouble) => return Err(self.with_parts(remote, trouble).await),
            }
        }
        about.told.extend(self.parts(remote).await);
        if self.has_roster() {
            match self.about_roster(remote).await {
                Ok(said) => about.told.push(said),
                Err(trouble) => about.refused.push(trouble),
            }
        }
        if !about.refused.is_empty() && !self.has_roster() {
            // What is refused may be one thing or all: the list decides.
            let call = remote.codec.page(&self.inner.context, None);
            let listed = self
                .exchange(remote, &call, &tried, Priority::Interactive)
                .await;
            listed.map_err(|trouble| Trouble {
                message: format!("{} ({})", trouble.message, about.told.join(" ")),
                ..trouble
            })?;
        }
        about.told.push(self.pace(remote, &limits));
        Ok(about)
    }

    /// Reads the account's token anew, for what is sent from now on.
    ///
    /// # Errors
    /// When it can not be had.
    pub(in crate::app) async fn sign_in_again(&self) -> Result<(), Trouble> {
        match &self.inner.remote {
            Some(remote) => remote.connector.sign_in_again().await,
            None => Ok(()),
        }
    }

    /// What each part of the sign-in is worth by itself, where there are several: sources disagree about which
    /// of them an account needs.
    async fn parts(&self, remote: &Remote) -> Vec<String> {
        let calls = remote.codec.about(&self.inner.context);
        let Some(call) = calls.into_iter().next() else {
            return Vec::new();
        };
        // Who was signed in a moment ago has no secret that can not be had.
        let each = remote.connector.each_alone().await.unwrap_or_default();
        let mut said = Vec::new();
        for (name, lane) in each {
            let options = SendOptions::interactive(true);
            let line = match lane.send(call.request.clone(), options).await {
                Ok(_) => format!("By itself, {name} is accepted."),
                Err(SendError::Refused(
                    Verdict::SignIn { message } | Verdict::Forbidden { message },
                    response,
                )) => {
                    let (status, words) = (response.status, lane.mask(&message));
                    format!("By itself, {name} is not accepted ({status}: {words}).")
                }
                Err(_) => format!("Whether {name} is enough by itself could not be found out."),
            };
            said.push(line);
        }
        said
    }

    /// A refused sign-in with what its parts are worth by themselves.
    async fn with_parts(&self, remote: &Remote, trouble: Trouble) -> Trouble {
        if !matches!(trouble.kind, TroubleKind::SignIn | TroubleKind::Forbidden) {
            return trouble;
        }
        let parts = self.parts(remote).await;
        if parts.is_empty() {
            return trouble;
        }
        let known = trouble.hint.as_ref().map(|hint| format!("{hint}. "));
        let hint = known.unwrap_or_default() + &parts.join(" ");
        trouble.with_hint(hint)
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
