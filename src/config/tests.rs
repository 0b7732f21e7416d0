//! Good and wrong configurations: what is said about each mistake.

use super::*;
use crate::secret::{Configured, Secret, TokenSource};

const GOOD: &str = r#"
default_account = "support"
[accounts.support]
provider = "chatwoot"
base_url = "https://desk.example.com/"
account_id = 1
token = { env = "CHATWOOT_TOKEN" }
rate = "60/min"
bulk_share = 0.25
concurrency = 8
timeout = "45s"
default_region = "de"
[accounts.wa]
provider = "pabbly"
token = { command = ["pass", "show", "x"] }
email_attribute = "email"
tags_mode = "delta-text"
read_only = true
"#;

#[test]
fn a_good_configuration_is_read_whole() {
    let config = Config::parse(GOOD).unwrap();
    assert_eq!(config.warnings, Vec::<String>::new());
    let support = config.choose(None).unwrap();
    assert_eq!(support.base_url, "https://desk.example.com");
    assert_eq!(support.per_minute, Some(60));
    assert_eq!(
        (support.bulk_share, support.concurrency),
        (Some(25), Some(8))
    );
    assert_eq!(support.timeout, Some(std::time::Duration::from_secs(45)));
    assert_eq!(support.default_region.as_deref(), Some("DE"));
    assert_eq!(
        support.token,
        Some(TokenSource::Env("CHATWOOT_TOKEN".into()))
    );
    let wa = config.choose(Some("wa")).unwrap();
    assert!(wa.read_only);
    assert_eq!(wa.context().tags_mode, TagsMode::DeltaText);
    assert_eq!(support.context().tags_mode, TagsMode::Replace);
    assert_eq!(wa.base_url, "https://chatflow.pabbly.com/api/v1");
}

#[test]
fn unknown_keys_warn_with_line_and_nearest_name() {
    let text = "[accounts.a]\nprovider = \"local\"\nread_onli = true\n";
    let config = Config::parse(text).unwrap();
    assert_eq!(
        config.warnings,
        ["line 3: accounts.a.read_onli is not a known setting; did you mean read_only? (ignored)"]
    );
    assert!(config.choose(Some("a")).is_ok());
}

#[test]
fn each_mistake_names_its_place() {
    let cases = [
        (
            "provider = \"pabbly\"\ntoken = { env = \"T\" }\nbulk_share = 0.01",
            "line 4: accounts.a.bulk_share: 0.01 is not a share; write 0.5 for half of the limit, from 0.05 to 1.0",
        ),
        (
            "provider = \"pabbly\"\ntoken = { env = \"T\" }\nbulk_share = 2",
            "line 4: accounts.a.bulk_share: 2 is not a share",
        ),
        (
            "provider = \"pabbly\"\ntoken = { env = \"T\" }\nbulk_share = \"half\"",
            "line 4: accounts.a.bulk_share must be a number without quotes, such as 0.5, but is a string",
        ),
        (
            "provider = \"pabbly\"\ntoken = { env = \"T\" }\nconcurrency = 65",
            "line 4: accounts.a.concurrency: 65 is not from 1 to 64",
        ),
        (
            "provider = \"pabbly\"\ntoken = { env = \"T\" }\ntags_mode = \"delta\"",
            "line 4: accounts.a.tags_mode: \"delta\" is not a mode; use one of replace, delta-array, delta-text",
        ),
        (
            "provider = \"hubspot\"",
            "line 2: accounts.a.provider: \"hubspot\" is not a provider",
        ),
        (
            "provider = \"chatwoot\"\ntoken = { env = \"T\" }",
            "accounts.a needs account_id",
        ),
        (
            "provider = \"chatwoot\"\naccount_id = 1",
            "accounts.a needs token",
        ),
        (
            "provider = \"chatwoot\"\naccount_id = \"1\"\ntoken = { env = \"T\" }",
            "line 3: accounts.a.account_id must be a whole number",
        ),
        (
            "provider = \"pabbly\"\ntoken = { env = \"T\", file = \"x\" }",
            "exactly one source",
        ),
        (
            "provider = \"pabbly\"\ntoken = { env = \"T\" }\nbase_url = \"http://x.example\"",
            "plain http",
        ),
        (
            "provider = \"pabbly\"\ntoken = { env = \"T\" }\nrate = \"fast\"",
            "must look like \"60/min\"",
        ),
        (
            "provider = \"pabbly\"\ntoken = { env = \"T\" }\ntimeout = \"0s\"",
            "line 4: accounts.a.timeout: \"0s\" must look like \"30s\"",
        ),
        (
            "provider = \"pabbly\"\ntoken = \"abc\"",
            "line 3: accounts.a.token: must say where the token comes from",
        ),
        ("read_only = true", "line 1: accounts.a needs provider"),
    ];
    for (body, wanted) in cases {
        let config = Config::parse(&format!("[accounts.a]\n{body}\n")).unwrap();
        let said = config.choose(Some("a")).unwrap_err().message;
        assert!(said.contains(wanted), "{body}: {said}");
    }
}

#[test]
fn a_wrong_account_leaves_the_others_usable() {
    let text = "[accounts.a]\nprovider = \"x\"\n[accounts.b]\nprovider = \"local\"\n";
    let config = Config::parse(text).unwrap();
    assert!(config.choose(Some("b")).is_ok());
    assert!(config.choose(Some("a")).is_err());
    assert!(
        config
            .choose(None)
            .unwrap_err()
            .message
            .contains("several accounts")
    );
}

#[test]
fn without_configuration_the_demo_account_opens() {
    let config = Config::parse("").unwrap();
    assert_eq!(config.choose(None).unwrap().name.as_str(), DEMO);
    assert!(
        config
            .choose(Some("nobody"))
            .unwrap_err()
            .hint
            .unwrap()
            .contains("demo")
    );
}

#[test]
fn broken_toml_names_the_line() {
    let said = Config::parse("a = 1\nb = [\n").unwrap_err();
    assert!(said.message.starts_with("line "), "{said:?}");
}

#[test]
fn what_only_revyops_is_signed_in_to_with_is_ignored_elsewhere() {
    let text = "[accounts.a]\nprovider = \"pabbly\"\ntoken = { env = \"T\" }\n\
                auth = { header = \"x\" }\nclient_id = { env = \"C\" }\n";
    let config = Config::parse(text).unwrap();
    let account = config.choose(Some("a")).unwrap();
    assert_eq!((account.auth_header, account.client_id), (None, None));
    let warned = config.warnings.join("\n");
    assert_eq!(config.warnings.len(), 2, "{warned}");
    for (line, key) in [(4, "auth"), (5, "client_id")] {
        let said = format!("line {line}: accounts.a.{key} is ignored: only RevyOps");
        assert!(warned.contains(&said), "{warned}");
    }
}

#[test]
fn an_inbox_is_written_down_or_found_elsewhere_and_has_no_token() {
    let text = "[accounts.w]\nprovider = \"chatwoot-public\"\ninbox_identifier = \"box-1\"\n\
                hmac_token = { env = \"K\" }\ntoken = { env = \"T\" }\nread_only = true\n\
                [accounts.v]\nprovider = \"chatwoot-public\"\ninbox_identifier = { env = \"B\" }\n";
    let config = Config::parse(text).unwrap();
    let account = config.choose(Some("w")).unwrap();
    assert_eq!(account.base_url, "https://app.chatwoot.com");
    let written = Configured::Written(Secret::new("box-1").unwrap());
    assert_eq!(account.inbox_identifier, Some(written));
    assert_eq!(account.hmac_token, Some(TokenSource::Env("K".into())));
    assert_eq!(account.token, None);
    assert!(account.context().identity_hash && account.context().read_only);
    assert!(!format!("{account:?}").contains("box-1"), "{account:?}");
    let warned = config.warnings.join("\n");
    assert!(
        warned.contains("line 5: accounts.w.token is ignored: nobody signs in"),
        "{warned}"
    );
    let other = config.choose(Some("v")).unwrap();
    let elsewhere = Configured::From(TokenSource::Env("B".into()));
    assert_eq!(other.inbox_identifier, Some(elsewhere));
    assert!(!other.context().identity_hash);
}

#[test]
fn what_is_wrong_with_an_inbox_is_said_without_telling_it() {
    for (body, wanted) in [
        ("", "accounts.w needs inbox_identifier: of the API inbox"),
        ("inbox_identifier = \" \"", "inbox_identifier: it is empty"),
        (
            "inbox_identifier = 7",
            "inbox_identifier must be a text in quotes",
        ),
        (
            "inbox_identifier = \"box-1\"\nhmac_token = \"key-1\"",
            "hmac_token: must say where the hmac_token comes from",
        ),
        (
            "inbox_identifier = \"box-1\"\nhmac_token = { keyring = true }",
            "keyring: the key store holds one secret an account",
        ),
        (
            "inbox_identifier = { env = \"A\", file = \"b\" }",
            "inbox_identifier: name exactly one source",
        ),
    ] {
        let text = format!("[accounts.w]\nprovider = \"chatwoot-public\"\n{body}\n");
        let said = Config::parse(&text).unwrap().choose(Some("w")).unwrap_err();
        assert!(said.message.contains(wanted), "{body}: {said}");
        assert!(
            !said.message.contains("box-1") && !said.message.contains("key-1"),
            "{said}"
        );
    }
}

#[test]
fn what_only_an_inbox_has_is_ignored_elsewhere() {
    let text = "[accounts.a]\nprovider = \"pabbly\"\ntoken = { env = \"T\" }\n\
                inbox_identifier = \"x\"\nhmac_token = { env = \"K\" }\n";
    let config = Config::parse(text).unwrap();
    let account = config.choose(Some("a")).unwrap();
    assert_eq!((account.inbox_identifier, account.hmac_token), (None, None));
    let warned = config.warnings.join("\n");
    assert_eq!(
        warned.matches("only chatwoot-public accounts").count(),
        2,
        "{warned}"
    );
}

fn revyops(body: &str) -> Result<Account, String> {
    let text = format!("[accounts.a]\nprovider = \"revyops\"\n{body}\n");
    let config = Config::parse(&text).unwrap();
    assert_eq!(config.warnings, Vec::<String>::new(), "{body}");
    config.choose(Some("a")).map_err(|trouble| trouble.message)
}

#[test]
fn revyops_is_signed_in_to_by_a_header_by_client_id_or_by_both() {
    let at = "base_url = \"https://app.revyops.com/api/\"";
    let env = |name: &str| Some(TokenSource::Env(name.into()));
    let rows = [
        (
            "auth = { header = \"X-Key\", token = { env = \"K\" } }",
            (env("K"), Some("x-key"), None),
        ),
        ("auth = { token = { env = \"K\" } }", (env("K"), None, None)),
        ("token = { env = \"K\" }", (env("K"), None, None)),
        (
            "auth = { header = \"x-a\" }\ntoken = { env = \"K\" }",
            (env("K"), Some("x-a"), None),
        ),
        ("client_id = { env = \"C\" }", (None, None, env("C"))),
        (
            "auth = { client_id = { env = \"C\" } }",
            (None, None, env("C")),
        ),
        (
            "auth = { token = { env = \"K\" } }\nclient_id = { env = \"C\" }",
            (env("K"), None, env("C")),
        ),
        (
            "auth = { token = { env = \"K\" }, client_id = { env = \"C\" } }",
            (env("K"), None, env("C")),
        ),
    ];
    for (body, (token, header, client_id)) in rows {
        let account = revyops(&format!("{at}\n{body}")).unwrap();
        assert_eq!(account.token, token, "{body}");
        assert_eq!(account.auth_header.as_deref(), header, "{body}");
        assert_eq!(account.client_id, client_id, "{body}");
        // Its path part is kept: the API answers below it.
        assert_eq!(account.context().base_url, "https://app.revyops.com/api");
    }
}

/// The vendor's introduction and those who use the API name different hosts: none is assumed.
#[test]
fn true_base_url_unknown_so_that_both_candidates_are_named_and_none_is_taken() {
    let said = revyops("token = { env = \"K\" }").unwrap_err();
    for wanted in [
        "line 1: accounts.a needs base_url",
        "\"https://api.revyops.com\"",
        "\"https://app.revyops.com/api\"",
    ] {
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn mistakes_in_how_revyops_is_signed_in_to_name_their_place() {
    let at = "base_url = \"https://api.revyops.com\"";
    for (body, wanted) in [
        ("", "line 1: accounts.a needs auth: for example"),
        (
            "auth = { header = \"x-api-key\" }",
            "line 4: accounts.a.auth: names neither token nor client_id",
        ),
        (
            "auth = { header = \"x api key\", token = { env = \"K\" } }",
            "line 4: accounts.a.auth.header: \"x api key\" is no name of a header",
        ),
        (
            "auth = { header = \"Host\", token = { env = \"K\" } }",
            "accounts.a.auth.header: host means something else",
        ),
        ("auth = \"secret\"", "accounts.a.auth must be a table"),
        (
            "auth = { token = \"secret\" }",
            "accounts.a.auth.token: must say where the token comes from",
        ),
        (
            "auth = { token = { env = \"K\" } }\ntoken = { env = \"K\" }",
            "line 5: accounts.a.token: stands in auth as well",
        ),
        (
            "client_id = \"secret\"",
            "line 4: accounts.a.client_id: must say where the client_id comes from",
        ),
        (
            "client_id = { keyring = true }",
            "accounts.a.client_id.keyring: the key store holds one secret an account",
        ),
    ] {
        let said = revyops(&format!("{at}\n{body}")).unwrap_err();
        assert!(said.contains(wanted), "{body}: {said}");
        assert!(!said.contains("secret\""), "{body}: {said}");
    }
}
