//! Settings that are valid and probably not meant: said by `accounts check` and `doctor`, never enforced.

use url::Url;

use super::Account;
use crate::domain::ProviderId;
use crate::provider;

impl Account {
    /// What looks wrong about the account's settings, a sentence each.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        let path =
            Url::parse(&self.base_url).map_or_else(|_| String::new(), |u| u.path().to_string());
        let path = path.trim_end_matches('/');
        let host = Url::parse(&self.base_url)
            .ok()
            .and_then(|u| u.host_str().map(str::to_string))
            .unwrap_or_default();
        let mut doubt = |what: &str| doubts.push(format!("base_url is {}: {what}", self.base_url));
        match self.provider {
            ProviderId::Chatwoot | ProviderId::ChatwootPublic => {
                let inner = |part: &str| matches!(part, "api" | "app" | "public");
                if path.split('/').any(inner) {
                    doubt(
                        "leave out everything from /app, /api or /public on; cardex adds its paths itself",
                    );
                }
            }
            ProviderId::Pabbly if !path.ends_with("/api/v1") => {
                doubt("Chatflow's API lives under /api/v1; its address ends so");
            }
            ProviderId::OpenCx if !path.is_empty() => {
                doubt("OpenCX's API has no path in front; a proxy of yours may");
            }
            ProviderId::RevyOps if path.contains("/public") => {
                doubt("leave out /public and what follows; cardex adds its paths itself");
            }
            ProviderId::RevyOps if host == "app.revyops.com" && path != "/api" => {
                doubt("on this host the API lives under /api: https://app.revyops.com/api");
            }
            ProviderId::RevyOps if host == "api.revyops.com" && path == "/api" => {
                doubt("on this host the API has no /api in front: https://api.revyops.com");
            }
            _ => {}
        }
        let facts = provider::facts(self.provider);
        if let Some(rate) = self.per_minute
            && self.provider == ProviderId::OpenCx
            && rate > 100
        {
            doubts.push(format!(
                "rate is {rate}/min, and {} allows 100 a minute for all who use the key",
                facts.title
            ));
        }
        if facts.pace.shared && self.bulk_share == Some(100) {
            doubts.push(format!(
                "bulk_share is 1.0: bulk work leaves nothing of {}'s limit to your colleagues",
                facts.title
            ));
        }
        if self.provider == ProviderId::Pabbly && self.email_attribute.is_none() {
            doubts.push(
                "email_attribute is not set: Chatflow has no field for e-mail, and none is shown"
                    .into(),
            );
        }
        let bare = matches!(self.provider, ProviderId::OpenCx | ProviderId::RevyOps);
        if bare && self.tags_attribute.is_none() {
            doubts.push(format!(
                "tags_attribute is not set: {} has no tags on contacts, and none can be kept",
                facts.title
            ));
        }
        doubts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountName;

    #[test]
    fn bulk_work_that_leaves_nothing_to_colleagues_is_doubted() {
        let doubts = |provider, bulk_share| {
            let account = Account {
                provider,
                bulk_share,
                email_attribute: Some("email".into()),
                tags_attribute: Some("tags".into()),
                ..Account::local(AccountName::new("desk"))
            };
            let about = |d: &String| d.starts_with("bulk_share");
            account.doubts().iter().filter(|d| about(d)).count()
        };
        assert_eq!(doubts(ProviderId::OpenCx, Some(100)), 1);
        assert_eq!(doubts(ProviderId::OpenCx, Some(80)), 0);
        assert_eq!(doubts(ProviderId::OpenCx, None), 0);
        assert_eq!(doubts(ProviderId::Pabbly, Some(100)), 0);
    }

    #[test]
    fn addresses_that_are_probably_not_meant_are_doubted() {
        let doubts = |provider, base_url: &str| {
            let account = Account {
                provider,
                base_url: base_url.into(),
                email_attribute: Some("email".into()),
                tags_attribute: Some("tags".into()),
                ..Account::local(AccountName::new("desk"))
            };
            account.doubts().len()
        };
        use ProviderId::{Chatwoot, OpenCx, Pabbly, RevyOps};
        let cases = [
            (Chatwoot, "https://app.chatwoot.com", 0),
            (Chatwoot, "https://desk.example/chat", 0),
            (Chatwoot, "https://app.chatwoot.com/app/accounts/1", 1),
            (Chatwoot, "https://app.chatwoot.com/api/v1", 1),
            (Pabbly, "https://chatflow.pabbly.com/api/v1", 0),
            (Pabbly, "https://chatflow.pabbly.com", 1),
            (OpenCx, "https://api.open.cx", 0),
            (OpenCx, "https://api.open.cx/v1", 1),
            (RevyOps, "https://api.revyops.com", 0),
            (RevyOps, "https://app.revyops.com/api", 0),
            (RevyOps, "https://app.revyops.com", 1),
            (RevyOps, "https://api.revyops.com/api", 1),
            (RevyOps, "https://api.revyops.com/public/v2", 1),
        ];
        for (provider, address, wanted) in cases {
            assert_eq!(doubts(provider, address), wanted, "{provider} {address}");
        }
    }
}
