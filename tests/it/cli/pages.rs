//! The README's page of each provider: its configuration, copied as it stands and pointed at that provider's
//! sandbox, signs in, lists, and edits.

use std::collections::BTreeSet;
use std::path::Path;

use cardex::app::practice::{self, Practice, Sandbox};
use cardex::domain::ProviderId;
use cardex::sandbox::seed;
use serde_json::Value;

use super::{Desk, RUNTIME, lines};

/// The configuration blocks between the pages' heading and the next of its level, each with its account and
/// provider.
fn pages() -> Vec<(String, ProviderId, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let pages = readme.split("\n## The providers").nth(1).unwrap();
    let pages = pages.split("\n## ").next().unwrap();
    let blocks = pages.split("```toml\n").skip(1);
    let blocks = blocks.map(|b| b.split("```").next().unwrap().to_string());
    let described = blocks.map(|block| {
        let account = block.split("[accounts.").nth(1).unwrap();
        let account = account.split(']').next().unwrap().to_string();
        let provider = block.split("provider = \"").nth(1).unwrap();
        let provider = provider.split('"').next().unwrap();
        (account, ProviderId::parse(provider).unwrap(), block)
    });
    described.collect()
}

fn start(provider: ProviderId) -> Sandbox {
    let practice = Practice {
        contacts: 30,
        ..Practice::default()
    };
    RUNTIME
        .block_on(practice::start(provider, &practice))
        .unwrap()
}

/// The block with its address, and the one source that needs another program, replaced.
fn pointed_at(block: &str, base_url: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in block.lines() {
        if line.starts_with("base_url") {
            continue;
        }
        lines.push(line.replace(
            "{ command = [\"pass\", \"show\", \"pabbly\"] }",
            "{ env = \"PABBLY_KEY\" }",
        ));
        if line.starts_with("provider") {
            lines.push(format!("base_url = \"{base_url}\""));
        }
    }
    lines.join("\n") + "\n"
}

fn run(desk: &Desk, args: &[&str]) -> (i32, Vec<Value>, String) {
    let mut command = desk.command();
    let tokens = ["CHATWOOT_TOKEN", "OPENCX_KEY", "REVYOPS_KEY", "PABBLY_KEY"];
    for name in tokens {
        command.env(name, seed::KEY);
    }
    command
        .env("CHATWOOT_INBOX", seed::INBOX)
        .env("CHATWOOT_HMAC", seed::INBOX_KEY)
        .env("REVYOPS_CLIENT", seed::CLIENT_ID);
    let output = command.args(args).arg("--json").output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    (
        output.status.code().unwrap_or(-1),
        lines(&out),
        format!("{args:?}\n{out}\n{err}"),
    )
}

#[test]
fn every_provider_has_a_page_whose_configuration_works() {
    let mut seen = BTreeSet::new();
    let application = start(ProviderId::Chatwoot);
    let support = pages()
        .into_iter()
        .find(|(_, provider, _)| *provider == ProviderId::Chatwoot)
        .unwrap();
    for (account, provider, block) in pages() {
        seen.insert(provider);
        let sandbox = (!matches!(provider, ProviderId::Chatwoot | ProviderId::ChatwootPublic))
            .then(|| start(provider));
        let server = sandbox.as_ref().unwrap_or(&application);
        let mut configuration = pointed_at(&block, &server.base_url);
        if provider == ProviderId::ChatwootPublic {
            configuration.push_str(&pointed_at(&support.2, &application.base_url));
        }
        let desk = Desk::new(&configuration);
        let (code, told, all) = run(&desk, &["accounts", "check", &account]);
        assert_eq!(code, 0, "{all}");
        assert_eq!(told[0]["ok"], true, "{all}");
        assert!(!all.contains("is not a known setting"), "{all}");
        let on = ["--account", account.as_str()];
        if provider == ProviderId::ChatwootPublic {
            let (code, _, all) = run(&desk, &[&on[..], &["roster", "from", &support.0]].concat());
            assert_eq!(code, 0, "{all}");
        }
        let (code, listed, all) = run(&desk, &[&on[..], &["list"]].concat());
        assert_eq!(code, 0, "{all}");
        assert!(listed.len() >= 10, "{account}: {}", listed.len());
        let id = listed[3]["id"].as_str().unwrap();
        let name = match provider {
            ProviderId::RevyOps => "first_name=Ada",
            _ => "name=Ada Byron",
        };
        let (code, saved, all) = run(&desk, &[&on[..], &["edit", id, "--set", name]].concat());
        assert_eq!(code, 0, "{all}");
        assert_eq!(
            (&saved[0]["status"], &saved[0]["verified"]),
            (&"applied".into(), &true.into()),
            "{all}"
        );
    }
    let all = ProviderId::ALL
        .into_iter()
        .filter(|p| *p != ProviderId::Local);
    assert_eq!(seen, all.collect(), "a provider has no page");
}
