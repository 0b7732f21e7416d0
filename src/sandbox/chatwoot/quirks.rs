//! What differs between Chatwoot servers that a client meets: the release, the token's role, the throttles.

use super::{Limits, Role, Version};
use crate::sandbox::spec::{self, Help, Switch, Words};

/// Every switch; the default is a new server, an administrator's token and the vendor's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quirks {
    /// The release.
    pub version: Version,
    /// What the token's owner is in the account.
    pub role: Role,
    /// Whether the vendor switched the account off.
    pub suspended: bool,
    /// Whether the API inbox demands identity hashes.
    pub identity: bool,
    /// The throttles.
    pub limits: Limits,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            version: Version::V4_15_1,
            role: Role::Administrator,
            suspended: false,
            identity: false,
            limits: Limits::default(),
        }
    }
}

impl Quirks {
    /// Reads `KEY=VALUE,KEY=VALUE` over the defaults.
    ///
    /// # Errors
    /// A sentence that names the key and the value, and says what is allowed.
    pub fn parse(spec: &str) -> Result<Self, String> {
        spec::parse(&switches(), spec)
    }

    /// Every switch for a help text.
    pub fn help() -> Vec<Help> {
        switches().into_iter().map(|switch| switch.help).collect()
    }
}

fn switches() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice("version", "the release", |q| &mut q.version),
        Switch::choice("role", "what the token's owner is in the account", |q| {
            &mut q.role
        }),
        Switch::choice("suspended", "whether the account is switched off", |q| {
            &mut q.suspended
        }),
        Switch::choice(
            "identity",
            "whether the API inbox demands identity hashes",
            |q| &mut q.identity,
        ),
        Switch::number(
            "searches",
            1..=1_000_000,
            "contact searches a minute per account, where loopback is counted",
            |q| &mut q.limits.searches_per_account,
        ),
        Switch::number(
            "requests",
            1..=1_000_000,
            "requests a minute per address, where loopback is counted",
            |q| &mut q.limits.requests_per_address,
        ),
        Switch::choice(
            "loopback_counted",
            "whether these limits hold on loopback",
            |q| &mut q.limits.loopback,
        ),
    ]
}

impl Words for Version {
    const WORDS: &'static [(&'static str, Self)] =
        &[("4.15.1", Self::V4_15_1), ("4.3.0", Self::V4_3_0)];
}

impl Words for Role {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("administrator", Self::Administrator),
        ("agent", Self::Agent),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_heard() {
        spec::every_word_is_heard(&switches());
    }

    #[test]
    fn words_are_those_of_the_api() {
        for (word, version) in Version::WORDS {
            assert_eq!(version.number(), *word);
        }
        for (word, role) in Role::WORDS {
            assert_eq!(role.word(), *word);
        }
    }
}
