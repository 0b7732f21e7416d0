//! The sample people keep their promises: the same each time, varied, fictional, unique.

use std::collections::HashSet;

use super::*;
use crate::sandbox::chatwoot::Quirks;
use crate::sandbox::{Fake, Received};

fn unique<'a>(values: impl Iterator<Item = &'a String>) -> usize {
    let mut seen = HashSet::new();
    let mut count = 0;
    for value in values {
        count += 1;
        assert!(seen.insert(value), "twice: {value}");
    }
    count
}

#[test]
fn a_larger_number_only_adds_to_the_end() {
    let two_hundred = people(200);
    assert_eq!(two_hundred.len(), 200);
    assert_eq!(people(200), two_hundred);
    for n in [0, 1, 29, 30, 31, 77] {
        assert_eq!(people(n), two_hundred[..n]);
    }
    let others = people_from(1, 200);
    assert_eq!(others[..30], two_hundred[..30]);
    assert_ne!(others[30..], two_hundred[30..]);
}

#[test]
fn addresses_numbers_and_identifiers_are_unique_and_fictional() {
    let people = people(5_000);
    assert!(unique(people.iter().filter_map(|p| p.phone.as_ref())) > 4_000);
    assert!(unique(people.iter().filter_map(|p| p.email.as_ref())) > 4_000);
    assert!(unique(people.iter().filter_map(|p| p.identifier.as_ref())) > 2_000);
    for person in &people {
        if let Some(email) = &person.email {
            let (local, domain) = email.split_once('@').unwrap();
            assert!(
                ["example.com", "example.org", "example.net"].contains(&domain),
                "{email}"
            );
            let allowed =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".+-".contains(c);
            assert!(
                !local.is_empty() && local.len() <= 64 && local.chars().all(allowed),
                "{email}"
            );
        }
        if let Some(phone) = &person.phone {
            assert!(phone::dialing_code(phone).is_some(), "{phone}");
            assert!((8..=16).contains(&phone.len()), "{phone}");
        }
        assert!(person.name.chars().count() <= 255);
        assert!(person.created_at <= person.updated_at);
    }
}

#[test]
fn two_hundred_people_hold_everything_that_is_awkward() {
    let people = people(200);
    let some = |what: &str, test: &dyn Fn(&Person) -> bool| {
        let count = people.iter().filter(|person| test(person)).count();
        assert!(count > 0, "nobody: {what}");
    };
    let name_has = |what: &str, test: fn(char) -> bool| {
        some(what, &|person| person.name.chars().any(test));
    };
    name_has("CJK", |c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    name_has("Hangul", |c| ('\u{ac00}'..='\u{d7a3}').contains(&c));
    name_has("Arabic", |c| ('\u{600}'..='\u{6ff}').contains(&c));
    name_has("Hebrew", |c| ('\u{590}'..='\u{5ff}').contains(&c));
    name_has("joiner", |c| c == '\u{200d}');
    name_has("flag", |c| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c));
    name_has("combining mark", |c| ('\u{300}'..='\u{36f}').contains(&c));
    name_has("markup", |c| c == '<');
    name_has("quote", |c| c == '"');
    name_has("control", char::is_control);
    name_has("override", |c| c == '\u{202e}');
    some("long name", &|p| p.name.chars().count() > 200);
    some("no name", &|p| p.name.is_empty());
    some("no e-mail", &|p| p.email.is_none());
    some("no telephone", &|p| p.phone.is_none());
    some("neither", &|p| p.phone.is_none() && p.email.is_none());
    some("no tags", &|p| p.tags.is_empty());
    some("many tags", &|p| p.tags.len() > 5);
    some("blocked", &|p| p.blocked);
    some("long notes", &|p| {
        p.attributes.iter().any(|(_, v)| text(v).len() > 1_000)
    });
    some("namesakes", &|p| {
        !p.name.is_empty() && people.iter().filter(|o| o.name == p.name).count() > 1
    });
    for optin in [Some(true), Some(false), None] {
        some("consent", &|p| p.optin == optin);
    }
    for definition in definitions() {
        some(definition.key, &|p| {
            p.attributes.iter().any(|(key, _)| key == definition.key)
        });
    }
}

#[test]
fn values_are_of_their_definitions_kind() {
    let code = regress::Regex::new("^[A-Z]{2}-[0-9]{4}$").unwrap();
    for person in people(2_000) {
        for (key, value) in &person.attributes {
            let definition = definitions().iter().find(|d| d.key == key).unwrap();
            let fits = match definition.kind {
                Kind::Text if definition.regex.is_some() => code.find(&text(value)).is_some(),
                Kind::Text => value.is_string(),
                Kind::Number | Kind::Currency | Kind::Percent => value.is_number(),
                Kind::Checkbox => value.is_boolean(),
                Kind::Link => text(value).starts_with("https://"),
                Kind::List => definition.values.contains(&text(value).as_str()),
                Kind::Date => text(value)[..10].parse::<jiff::civil::Date>().is_ok(),
            };
            assert!(fits, "{}: {key} = {value}", person.name);
        }
        for tag in &person.tags {
            assert!(tags().iter().any(|known| known.name == tag), "{tag}");
        }
    }
    assert_eq!(text(&people(1)[0].attributes[2].1), "348.00");
}

#[test]
fn the_catalogue_fits_the_rules_for_labels() {
    let names: HashSet<_> = tags().iter().map(|tag| tag.name).collect();
    assert_eq!(names.len(), tags().len());
    for tag in tags() {
        let mut chars = tag.name.chars();
        assert!(
            chars.next().is_some_and(char::is_alphanumeric),
            "{}",
            tag.name
        );
        assert!(tag.name.chars().count() >= 2 && tag.name == tag.name.to_lowercase());
        assert!(
            chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-'),
            "{}",
            tag.name
        );
    }
}

#[test]
fn a_chatflow_account_holds_everybody() {
    let people = people(200);
    let mut fake = pabbly(&people);
    assert_eq!(fake.contacts().len(), 200);
    assert_eq!(
        unique(fake.contacts().iter().map(|contact| &contact.mobile)),
        200
    );
    let ada = &fake.contacts()[0];
    assert_eq!(
        (ada.mobile.as_str(), ada.country_code.as_deref()),
        ("442079460101", Some("44"))
    );
    assert_eq!(ada.attribute("email"), Some("ada.okafor@example.com"));
    assert_eq!(
        (ada.attribute("seats"), ada.attribute("newsletter")),
        (Some("12"), Some("true"))
    );
    assert_eq!(ada.tags, people[0].tags);
    for contact in fake.contacts() {
        assert!(
            (7..=15).contains(&contact.mobile.len()),
            "{}",
            contact.mobile
        );
        assert!(
            contact
                .attributes
                .iter()
                .all(|a| fake.attributes.contains(&a.name))
        );
    }
    let answer = fake.answer(
        &Received {
            method: "GET".into(),
            target: "/api/v1/contacts/?limit=100".into(),
            headers: vec![("authorization".into(), format!("Bearer {KEY}"))],
            body: Vec::new(),
        },
        people[0].updated_at,
    );
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["data"]["contacts"].as_array().unwrap().len(), 25);
}

#[test]
fn an_opencx_organisation_holds_everybody_as_text() {
    let people = people(200);
    let fake = opencx(&people);
    assert_eq!(fake.contacts().len(), 200);
    assert_eq!(unique(fake.contacts().iter().map(|c| &c.id)), 200);
    let ada = &fake.contacts()[0];
    assert_eq!(ada.email.as_deref(), Some("ada.okafor@example.com"));
    assert_eq!(ada.phone.as_deref(), Some("+442079460101"));
    let data = ada.custom_data.as_ref().unwrap();
    assert_eq!(
        (&data["seats"], &data["newsletter"]),
        (&Value::from("12"), &Value::from("true"))
    );
    assert_eq!(data[TAGS_KEY], "vip,newsletter");
    let seconds = fake.contacts().iter().map(|c| c.created_at.as_second());
    assert!(seconds.clone().collect::<HashSet<_>>().len() < 150);
    for contact in fake.contacts() {
        assert!(contact.created_at <= contact.updated_at);
        let values = contact.custom_data.iter().flat_map(|data| data.values());
        assert!(values.clone().all(Value::is_string));
    }
    assert!(fake.contacts().iter().any(|c| c.custom_data.is_none()));
}

#[test]
fn a_revyops_client_holds_everybody() {
    let people = people(200);
    let fake = revyops(&people);
    let own: Vec<_> = fake.contacts().filter(|c| c.client == CLIENT_ID).collect();
    assert_eq!(own.len(), 200);
    assert!(fake.contacts().any(|c| c.client != CLIENT_ID));
    let ada = own[0];
    assert_eq!(
        (ada.first_name.as_str(), ada.last_name.as_str()),
        ("Ada", "Okafor")
    );
    assert_eq!(ada.value(TAGS_FIELD), Some("vip,newsletter"));
    assert_eq!(ada.value("Customer's code"), Some("NB-1042"));
    assert_eq!(ada.value("Monthly revenue [EUR]"), Some("348.00"));
    let company = fake.company(ada.company_id.unwrap()).unwrap();
    assert_eq!(
        (company.name.as_str(), company.domain.as_str()),
        ("Northwind Bakery", "northwind-bakery.example")
    );
    // Neither half, nor both with a blank between, is always how the whole is written.
    let names: Vec<_> = own
        .iter()
        .map(|c| (c.first_name.as_str(), c.last_name.as_str()))
        .collect();
    assert!(names.contains(&("João Victor de Souza e", "Silva")));
    assert!(names.contains(&("花子", "山田")));
    assert!(names.contains(&("", "")) && names.contains(&("Bo", "")));
    assert_eq!(
        names.iter().filter(|n| **n == ("Maria", "Garcia")).count(),
        2
    );
    for status in [
        Some("Active"),
        Some("Unsubscribed"),
        Some("unsubscribed"),
        Some("Bounced"),
        None,
    ] {
        assert!(
            own.iter().any(|c| c.status.as_deref() == status),
            "{status:?}"
        );
    }
    unique(own.iter().filter_map(|c| c.linkedin_url.as_ref()));
    unique(own.iter().filter_map(|c| c.email.as_ref()));
    unique(fake.companies().iter().map(|company| &company.domain));
    let ids: HashSet<u64> = own
        .iter()
        .flat_map(|c| c.fields.iter().map(|f| f.id))
        .collect();
    assert_eq!(ids.len(), own.iter().map(|c| c.fields.len()).sum::<usize>());
    let without = |email: bool, url: bool| {
        own.iter()
            .any(|c| c.email.is_none() == email && c.linkedin_url.is_none() == url)
    };
    assert!(without(true, false) && without(false, true) && without(true, true));
    for contact in &own {
        assert!(contact.fields.iter().all(|f| !f.name.is_empty()));
        for field in &contact.fields {
            assert!(field.value.as_ref().unwrap().chars().count() <= 2500);
        }
    }
}

#[test]
fn a_chatwoot_server_is_of_the_kind_that_is_asked_for() {
    let now: jiff::Timestamp = "2026-05-01T00:00:00Z".parse().unwrap();
    let ask = |spec: &str, method: &str, target: &str| {
        let request = Received {
            method: method.into(),
            target: target.into(),
            headers: vec![("api_access_token".into(), KEY.into())],
            body: Vec::new(),
        };
        let mut fake = chatwoot_like(&people(2), Quirks::parse(spec).unwrap());
        (0..2).map(|_| fake.answer(&request, now)).last().unwrap()
    };
    let one = "/api/v1/accounts/1/contacts/1";
    assert!(ask("", "GET", "/api").text_body().contains("4.15.1"));
    let old = ask("version=4.3.0", "GET", "/api");
    assert!(old.text_body().contains("4.3.0"));
    assert_eq!(ask("role=agent", "GET", one).status, 200);
    assert_eq!(ask("role=agent", "DELETE", one).status, 401);
    assert_eq!(ask("suspended=yes", "GET", one).status, 401);
    let public = format!("/public/api/v1/inboxes/{INBOX}/contacts/web-0001");
    assert_eq!(ask("", "GET", &public).status, 200);
    assert_eq!(ask("identity=yes", "GET", &public).status, 500);
    assert_eq!(ask("requests=1", "GET", one).status, 200);
    let counted = "requests=1,loopback_counted=yes";
    assert_eq!(ask(counted, "GET", one).status, 429);
    let search = "/api/v1/accounts/1/contacts/search?q=a";
    let counted = "searches=1,loopback_counted=yes";
    assert_eq!(ask(counted, "GET", search).status, 429);
    assert_eq!(ask(counted, "GET", one).status, 200);
}
