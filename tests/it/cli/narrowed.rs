//! `list FILTER` where the provider itself finds the contacts: what is asked of it, that the answer is the one
//! of a whole walk, and that nothing is lost from the copy here.

use std::collections::BTreeSet;

use super::*;
use cardex::sandbox::chatwoot::{ContactSeed, Quirks, Version};

/// The queries of the lists that were asked for, and the bodies of filters, in order.
fn asked(server: &Server) -> Vec<String> {
    let mut asked = Vec::new();
    for request in server.seen.lock().unwrap().drain(..) {
        let path = request.path().to_string();
        let rest = path.split("/accounts/1").nth(1).unwrap_or(&path);
        let query = request.target.split_once('?').map_or("", |(_, q)| q);
        let label = query
            .split('&')
            .find_map(|p| p.strip_prefix("labels%5B%5D="));
        let body = String::from_utf8_lossy(&request.body).into_owned();
        asked.push(format!("{rest} {}{body}", label.unwrap_or_default()));
    }
    asked
}

fn ids(desk: &Desk, filter: &[&str]) -> BTreeSet<String> {
    let said = desk.run(&[&["list", "--format", "ids", "--"], filter].concat());
    assert!(matches!(said.code, 0 | 3), "{said:#?}");
    said.out.lines().map(String::from).collect()
}

#[test]
fn a_label_is_asked_for_and_no_other_label_and_no_other_contact() {
    let server = Server::chatwoot(120);
    let whole = server.desk("").tells(&["list"]);
    let has = |c: &Value, tag: &str| c["tags"].as_array().unwrap().contains(&tag.into());
    let vips: Vec<&Value> = whole.iter().filter(|c| has(c, "vip")).collect();
    asked(&server);

    let desk = server.desk("");
    let found = desk.tells(&["list", "tag:VIP"]);
    assert_eq!(
        found.iter().collect::<Vec<_>>(),
        vips,
        "with all their tags"
    );
    let requests = asked(&server);
    let lists: BTreeSet<&String> = requests
        .iter()
        .filter(|r| r.starts_with("/contacts "))
        .collect();
    assert_eq!(
        lists,
        [&"/contacts vip".to_string()].into(),
        "{requests:#?}"
    );
    assert!(
        requests.len() == 1 + vips.len().div_ceil(15) + vips.len(),
        "{}",
        requests.len()
    );

    // Where no tags are shown, none are read.
    let desk = server.desk("");
    assert_eq!(ids(&desk, &["tag:vip"]).len(), vips.len());
    let pages = vips.len().div_ceil(15);
    assert_eq!(
        asked(&server).len(),
        pages + 1,
        "the label's pages and the catalogue"
    );

    // Other parts are judged here, of what came.
    let both = ids(&desk, &["tag:vip", "-tag:trial", "email:example"]);
    let right = |c: &&&Value| !has(c, "trial") && c["fields"]["email"].is_string();
    assert_eq!(both.len(), vips.iter().filter(right).count());
}

#[test]
fn blocked_contacts_are_found_by_the_filter_in_both_versions() {
    for version in [Version::V4_3_0, Version::V4_15_1] {
        let mut fake = seed::chatwoot_like(
            &seed::people(60),
            Quirks {
                version,
                ..Quirks::default()
            },
        );
        // Not listed by either; the filter of 4.3 finds it all the same.
        let nobody = ContactSeed {
            name: Some("Nobody".into()),
            blocked: true,
            ..ContactSeed::default()
        };
        #[expect(clippy::disallowed_methods, reason = "the server lives in real time")]
        let unlisted = fake.add_contact(1, nobody, Timestamp::now()).to_string();
        let server = Server::start(Vendor::Chatwoot, fake, "", |_, _| None);
        let desk = server.desk("");
        ids(&desk, &[]);
        let whole = server.desk("").tells(&["list"]);
        let blocked: BTreeSet<String> = whole
            .iter()
            .filter(|c| c["flags"]["blocked"] == true)
            .map(|c| c["id"].as_str().unwrap().to_string())
            .collect();
        assert!(!blocked.is_empty());
        asked(&server);
        let desk = server.desk("");
        let mut found = ids(&desk, &["blocked:yes"]);
        let requests = asked(&server);
        assert_eq!(requests.len(), 1, "{requests:?}");
        assert!(requests[0].starts_with("/contacts/filter "), "{requests:?}");
        if version == Version::V4_3_0 {
            assert!(found.remove(&unlisted), "{found:?}");
        }
        assert_eq!(found, blocked, "{version:?}");
    }
}

#[test]
fn what_the_copy_here_still_says_is_looked_into_and_nobody_vanishes() {
    let fake = Arc::new(Mutex::new(seed::chatwoot(&seed::people(60))));
    let server = Server::start(Vendor::Chatwoot, Arc::clone(&fake), "", |_, _| None);
    let desk = server.desk("");
    let all = desk.tells(&["list"]);
    let vips = ids(&desk, &["tag:vip"]);
    assert!(vips.len() >= 3);
    let mut some = vips.iter();
    let (lost, gone) = (some.next().unwrap(), some.next().unwrap());
    let new = all
        .iter()
        .map(|c| c["id"].as_str().unwrap())
        .find(|id| !vips.contains(*id))
        .unwrap();
    {
        let mut fake = fake.lock().unwrap();
        fake.set_contact_labels(lost.parse().unwrap(), &["beta"]);
        fake.remove_contact(gone.parse().unwrap());
        fake.set_contact_labels(new.parse().unwrap(), &["vip"]);
    }
    let mut right = vips.clone();
    right.remove(lost);
    right.remove(gone);
    right.insert(new.to_string());
    assert_eq!(ids(&desk, &["tag:vip"]), right);
    // The rest of the copy is as it was.
    let kept = desk.tells(&["show", lost]).remove(0);
    assert_eq!(kept["tags"], serde_json::json!(["beta"]));
    assert_eq!(ids(&desk, &[]).len(), all.len() - 1);
}

#[test]
fn a_label_that_differs_in_accents_only_makes_the_whole_list_be_read() {
    let mut fake = seed::chatwoot(&seed::people(30));
    fake.add_label(1, "víp", "#123456");
    fake.set_contact_labels(1, &["víp"]);
    let server = Server::start(Vendor::Chatwoot, fake, "", |_, _| None);
    let found = ids(&server.desk(""), &["tag:vip"]);
    assert!(found.contains("1"));
    assert!(asked(&server).contains(&"/contacts ".to_string()));
}

#[test]
fn a_server_that_does_not_look_for_it_is_read_whole() {
    for status in [422, 400, 404] {
        let fake = seed::chatwoot(&seed::people(40));
        let server = Server::start(Vendor::Chatwoot, fake, "", move |_, request| {
            let refused = request.path().ends_with("/contacts/filter");
            let body = serde_json::json!({"error": "Invalid attribute key - [blocked]."});
            refused.then(|| HttpResponse::json(status, &body))
        });
        let desk = server.desk("");
        let whole = desk.tells(&["list"]);
        let blocked = whole
            .iter()
            .filter(|c| c["flags"]["blocked"] == true)
            .count();
        assert_eq!(ids(&desk, &["blocked:yes"]).len(), blocked, "{status}");
    }
}

#[test]
fn accents_in_names_are_found_because_the_whole_list_is_read() {
    let mut fake = seed::chatwoot(&[]);
    let person = |name: &str| ContactSeed {
        name: Some(name.into()),
        email: Some(format!("{}@example.org", name.len())),
        ..ContactSeed::default()
    };
    #[expect(clippy::disallowed_methods, reason = "the server lives in real time")]
    for name in ["Élodie Clerc", "Elodie", "Ada"] {
        fake.add_contact(1, person(name), Timestamp::now());
    }
    let server = Server::start(Vendor::Chatwoot, fake, "", |_, _| None);
    assert_eq!(ids(&server.desk(""), &["name:elodie"]).len(), 2);
}

#[test]
fn pabbly_is_asked_for_flags_and_read_whole_for_texts() {
    let server = Server::pabbly(60);
    let whole = server.desk("").tells(&["list"]);
    let opted = whole.iter().filter(|c| c["flags"]["optin"] == true).count();
    server.seen.lock().unwrap().clear();
    let found = ids(&server.desk(""), &["optin:yes"]);
    assert_eq!(found.len(), opted);
    let targets: Vec<String> = server.requests().iter().map(|r| r.target.clone()).collect();
    assert!(
        targets.iter().all(|t| t.contains("optin=true")),
        "{targets:?}"
    );
    server.seen.lock().unwrap().clear();
    ids(&server.desk(""), &["name:ada"]);
    let targets: Vec<String> = server.requests().iter().map(|r| r.target.clone()).collect();
    assert!(!targets.iter().any(|t| t.contains("name=")), "{targets:?}");
}

#[test]
fn only_of_those_that_are_printed_all_labels_are_read() {
    let server = Server::chatwoot(120);
    let desk = server.desk("");
    let found = desk.tells(&["list", "tag:vip", "--limit", "2", "--sort", "-id"]);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|c| c["tags"].is_array()), "{found:?}");
    let requests = asked(&server);
    let read = requests
        .iter()
        .filter(|r| r.ends_with("/labels ") && r.starts_with("/contacts/"));
    assert_eq!(read.count(), 2, "{requests:#?}");
}

#[test]
fn an_address_in_an_attribute_is_a_column_and_found() {
    let server = Server::pabbly(60);
    let desk = server.desk("email_attribute = \"email\"");
    let csv = desk.does(&[
        "list",
        "email:ada.okafor",
        "--format",
        "csv",
        "--columns",
        "id,email",
    ]);
    assert!(csv.contains(",ada.okafor@example.com\n"), "{csv}");
    // Without the setting it is an attribute like any other.
    let plain = server.desk("");
    assert_eq!(plain.run(&["list", "email:ada.okafor"]).code, 3);
    assert_eq!(plain.tells(&["list", "attr.email:ada.okafor"]).len(), 1);
}
