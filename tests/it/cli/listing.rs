//! `list` and `show`: whole lists page by page, formats, columns, order, and what is kept on disk.

use std::collections::BTreeSet;

use super::*;

#[test]
fn a_chatwoot_list_with_ties_gives_each_contact_once() {
    let mut people = seed::people(120);
    for (n, person) in people.iter_mut().enumerate() {
        person.name = ["Ada", "Same", "Same"][n % 3].into();
        person.identifier = Some(format!("tie-{n}"));
    }
    let fake = seed::chatwoot(&people);
    let server = Server::start(Vendor::Chatwoot, fake, "", |_, _| None);
    let desk = server.desk("");
    let ids = desk.does(&["list", "--format", "ids"]);
    let different: BTreeSet<&str> = ids.lines().collect();
    assert_eq!((ids.lines().count(), different.len()), (120, 120));
    assert_eq!(
        server.requests().len(),
        8,
        "fifteen a page, and no tags for ids"
    );
    // The copy of the last time is not listed twice.
    assert_eq!(desk.does(&["list", "--format", "ids"]).lines().count(), 120);
}

#[test]
fn a_pabbly_list_is_whole_and_follows_what_was_deleted() {
    let fake = Arc::new(Mutex::new(seed::pabbly(&seed::people(60))));
    let server = Server::start(Vendor::Pabbly, Arc::clone(&fake), "", |_, _| None);
    let desk = server.desk("");
    let listed = desk.tells(&["list"]);
    let ids: BTreeSet<&str> = listed.iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!((listed.len(), ids.len()), (60, 60));
    assert!(
        listed
            .iter()
            .all(|c| c["account"] == "desk" && c["provider"] == "pabbly")
    );
    assert_eq!(
        server.requests().len(),
        8,
        "25 a page, and an empty one that ends the list; read twice, since nothing is counted"
    );
    let gone = fake.lock().unwrap().contacts()[10].id.clone();
    fake.lock().unwrap().remove(&gone);
    let ids = desk.does(&["list", "--format", "ids"]);
    assert!(ids.lines().count() == 59 && !ids.contains(&gone));
    let lists = |r: &&Received| !r.path().contains(&gone);
    let read = server.requests();
    assert_eq!(
        read.iter().filter(lists).count(),
        12,
        "later, once is enough"
    );
}

#[test]
fn labels_of_a_chatwoot_list_are_true() {
    let people = seed::people(12);
    let server = Server::chatwoot(12);
    let listed = server.desk("").tells(&["list"]);
    for contact in &listed {
        let email = &contact["fields"]["email"];
        let Some(person) = people.iter().find(|p| p.email.as_deref() == email.as_str()) else {
            continue;
        };
        let tags: BTreeSet<&str> = contact["tags"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(
            tags,
            person.tags.iter().map(String::as_str).collect(),
            "{contact}"
        );
    }
    assert!(listed.len() > 8);
    let found = server.desk("").tells(&["list", "tag:vip"]);
    assert!(!found.is_empty() && found.len() < listed.len());
}

#[test]
fn formats_columns_order_and_limit() {
    let desk = Desk::demo();
    let table = desk.does(&["list", "--limit", "2"]);
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 3);
    assert!(
        rows[0].starts_with("id ") && rows[0].ends_with("tags"),
        "{table}"
    );

    let csv = desk.does(&[
        "list",
        "--format",
        "csv",
        "--columns",
        "id,name,tags,attr.plan",
        "name:ada",
    ]);
    assert!(
        csv.starts_with("id,name,tags,attr.plan\n1,Ada Okafor,\"newsletter, vip\","),
        "{csv}"
    );
    let whole = desk.does(&["list", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(whole.as_bytes());
    assert_eq!(reader.records().map(Result::unwrap).count(), 200);

    let ids = desk.does(&["list", "--sort", "-id", "--limit", "3", "--format", "ids"]);
    assert_eq!(ids, "200\n199\n198\n");
    let contact = desk.tells(&["list", "ada", "okafor"]).remove(0);
    for key in [
        "id",
        "account",
        "provider",
        "fields",
        "tags",
        "attributes",
        "flags",
        "updated_at",
    ] {
        assert!(contact.get(key).is_some(), "{key}: {contact}");
    }
    assert_eq!(contact, desk.tells(&["show", "1"]).remove(0));
    let shown = desk.does(&["show", "1"]);
    assert!(
        shown.contains("Name") && shown.contains("Ada Okafor"),
        "{shown}"
    );
    // Format and --json together: the format decides.
    assert_eq!(
        desk.run(&["list", "--format", "ids", "--limit", "1"])
            .out
            .lines()
            .count(),
        1
    );
}

#[test]
fn text_of_contacts_is_shown_never_sent_to_the_terminal() {
    let table = Desk::demo().does(&["list"]);
    let bad = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
    assert!(!table.contains(bad));
    assert_eq!(table.lines().count(), 201);
}

#[test]
fn nothing_matched_is_code_3_without_a_complaint() {
    let desk = Desk::demo();
    let said = desk.run(&["list", "no-such-word-anywhere"]);
    assert_eq!(
        (said.code, said.err.as_str()),
        (3, "Nothing matched.\n"),
        "{said:#?}"
    );
    let said = desk.run(&["list", "no-such-word-anywhere", "--json", "-q"]);
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (3, "", ""),
        "{said:#?}"
    );
    let empty = Desk::new("[accounts.a]\nprovider = \"local\"\n").run(&["list"]);
    assert_eq!(empty.code, 0, "{empty:#?}");
}

#[test]
fn arguments_that_mean_nothing_are_named() {
    let desk = Desk::demo();
    desk.fails(
        &["list", "--sort", "size"],
        2,
        &["sort: \"size\"", "updated"],
    );
    desk.fails(
        &["list", "--columns", "name,colour"],
        2,
        &["\"colour\" is not a column", "attr.NAME"],
    );
    desk.fails(&["list", "attr.="], 2, &["filter:"]);
    let said = desk.run(&["list", "--limit", "-1"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:#?}");
    let said = desk.run(&["list", "--format", "xml"]);
    assert!(said.code == 2 && said.err.contains("csv"), "{said:#?}");
}

#[test]
fn without_a_mirror_no_contact_stays_on_disk() {
    let server = Server::chatwoot(40);
    let find = |desk: &Desk| {
        let kept = files(&desk.data());
        let holds = |bytes: &[u8]| bytes.windows(10).any(|w| w == b"ada.okafor");
        kept.iter().any(|(_, bytes)| holds(bytes))
    };
    let desk = server.desk("mirror = false");
    let many = desk.tells(&["list"]).len();
    assert!(many > 30);
    assert_eq!(desk.tells(&["list", "email:ada.okafor"]).len(), 1);
    desk.does(&["show", "1"]);
    desk.does(&["edit", "1", "--set", "name=Ada"]);
    assert!(!find(&desk));
    let desk = server.desk("");
    assert_eq!(desk.tells(&["list"]).len(), many);
    assert!(find(&desk), "the search must be able to find it");
}

#[test]
fn a_limit_stops_early_and_does_not_depend_on_what_was_seen_before() {
    let server = Server::chatwoot(120);
    let desk = server.desk("");
    let fresh = desk.tells(&["list", "--limit", "4"]);
    assert_eq!(fresh.len(), 4);
    let asked = server.requests().len();
    assert!(asked <= 1 + 2 * 4, "{asked} requests for four contacts");
    assert!(fresh.iter().any(|c| c["tags"] != serde_json::json!([])));
    desk.does(&["list"]);
    assert_eq!(desk.tells(&["list", "--limit", "4"]), fresh);
    let table = desk.does(&["list", "--limit", "20"]);
    assert_eq!(table.lines().count(), 21);
    let csv = desk.does(&["list", "--limit", "20", "--format", "csv"]);
    assert_eq!(
        csv::Reader::from_reader(csv.as_bytes()).records().count(),
        20
    );
    // Sorted or filtered, everything has to be looked at.
    let ids = desk.does(&["list", "--limit", "2", "--sort", "id", "--format", "ids"]);
    assert_eq!(ids, "1\n2\n");
    let server = Server::pabbly(60);
    let desk = server.desk("");
    let fresh = desk.does(&["list", "--limit", "30", "--format", "ids"]);
    assert_eq!((fresh.lines().count(), server.requests().len()), (30, 2));
    assert_eq!(desk.does(&["list", "--limit", "0", "--format", "ids"]), "");
}

#[test]
fn a_limit_that_a_stuck_list_does_not_reach_warns_as_the_whole_list_does() {
    let quirks =
        cardex::sandbox::opencx::quirks::Quirks::parse("page_size=50,paging=stuck").unwrap();
    let fake = seed::opencx(&seed::people(120)).with_quirks(quirks);
    let server = Server::start(Vendor::OpenCx, fake, "", |_, _| None);
    let desk = server.desk("");
    for (limit, warned) in [("110", true), ("90", false)] {
        let said = desk.run(&["list", "--limit", limit, "--format", "ids"]);
        assert_eq!(said.code, 0, "{said:#?}");
        assert_eq!(said.err.contains("leads back"), warned, "{said:#?}");
        assert_eq!(
            said.err.contains("it may hold more contacts"),
            warned,
            "{said:#?}"
        );
    }
}
