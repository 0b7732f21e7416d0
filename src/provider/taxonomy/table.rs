//! The rows. Read from the top: the first that fits decides, so what is special stands above what is
//! general, and what holds for everybody at the end. Facts are those of the vendors' pages and, for
//! Chatwoot, of recorded answers; what was inferred is said in the advice as a likelihood.

use super::Meaning::{
    self, Empty, Forbidden, Malformed, NotFound, Ok, Rejected, Server, SignIn, Throttled,
    ThrottledMinute,
};
use super::Row;
use super::ask::Ask::{self, Any, At, Part, Read, Sends, Write};
use super::shape::Shape::{self, Blank, Code, Failure, Has, Json, NoPage, Page, Says, Words};
use crate::domain::ProviderId::{self, Chatwoot, ChatwootPublic, OpenCx, Pabbly, RevyOps};

/// RevyOps' lists of contacts: the whole, and by the value of a custom field.
const LISTS: &[&str] = &["/contacts", "/lookup-by-custom-field"];

/// `[providers] ask, status, shape => meaning, advice;` without providers for everybody's answers, without
/// advice where that of the meaning says all.
macro_rules! rows {
    ($([$($provider:ident)*] $ask:expr, $from:literal $(..= $to:literal)?, $shape:expr => $meaning:ident $(, $advice:literal)?;)*) => {
        &[$(Row {
            providers: { const NAMED: &[ProviderId] = &[$($provider),*]; NAMED },
            ask: $ask,
            status: rows!(@status $from $($to)?),
            shape: $shape,
            meaning: $meaning,
            advice: rows!(@advice $($advice)?),
        }),*]
    };
    (@status $from:literal) => { ($from, $from) };
    (@status $from:literal $to:literal) => { ($from, $to) };
    (@advice) => { None };
    (@advice $advice:literal) => { Some($advice) };
}

/// The table.
#[rustfmt::skip]
pub static ROWS: &[Row] = rows! {
    // Chatwoot: no 403; a 401 is about signing in or about a right, and only its text tells which.
    [Chatwoot] Any, 401, Says("error", "Invalid Access Token") => SignIn,
        "Chatwoot does not know this token: copy it again from the profile page, and see that base_url is the server it is from";
    [Chatwoot] Any, 401, Says("error", "authorized to access this account") => Forbidden,
        "the token's user does not belong to this account: check account_id";
    [Chatwoot] Any, 401, Says("error", "suspended") => Forbidden,
        "the account is suspended at Chatwoot; its administrator has to settle that";
    [Chatwoot] Any, 401, Says("error", "bots") => Forbidden,
        "this is an agent bot's token; contacts need the access token of a user's profile page";
    [Chatwoot] Any, 401, Says("error", "authorized to do this action") => Forbidden,
        "the token works, but its user is no administrator, or has no right to do this; ask an administrator";
    [Chatwoot] Any, 401, Has("error") => Forbidden;
    [Chatwoot] Any, 401, Has("errors") => SignIn,
        "no token arrived, or a blank one: a proxy in front of Chatwoot may drop the header api-access-token";
    [Chatwoot] Any, 404, Says("error", "Resource could not be found") => NotFound,
        "it was deleted, or it belongs to another account; if nothing is found at all, check account_id";
    [Chatwoot] Any, 404, Has("status") => NotFound,
        "Chatwoot has no such address: check that base_url is right, and that the server is version 4.3 or later";
    // Rails, and the proxies in front of it, refuse requests for their form with mark-up; nothing was stored.
    [Chatwoot ChatwootPublic] Any, 400, Page => Rejected;
    [Chatwoot ChatwootPublic] Any, 405 ..= 407, Page => Rejected;
    [Chatwoot ChatwootPublic] Any, 413, Page => Rejected,
        "a proxy in front of Chatwoot allows no request of this size";
    [Chatwoot ChatwootPublic] Any, 411 ..= 417, Page => Rejected;
    [Chatwoot ChatwootPublic] Write, 422, Has("attributes") => Rejected,
        "correct the fields that are named; Chatwoot checks the whole contact with every save, stored fields too";
    [Chatwoot] At(&["/contacts/search"]), 429, Shape::Any => ThrottledMinute,
        "searching has a budget of its own, 100 a minute for everybody in the account; wait for the next full minute";
    [Chatwoot ChatwootPublic] Any, 429, Shape::Any => ThrottledMinute,
        "Chatwoot counts by the full minute, and all who share this internet address together; wait for the next one, or set a lower rate";
    [Chatwoot] At(&["/contacts/filter"]), 500, Shape::Any => Server,
        "one contact with a value of the wrong type in a filtered attribute makes this fail for everybody; filter by something else";
    [Chatwoot] Write, 500, Shape::Any => Server,
        "Chatwoot gives no reason; another contact may have got the same e-mail or identifier a moment ago: read the contact again, then try once more";

    // Chatwoot's public API: no sign-in at all, and an exception where the hash is wrong.
    [ChatwootPublic] Any, 401, Shape::Any => SignIn,
        "this API asks nobody to sign in, so it is not Chatwoot that answers: a proxy in front of it wants a sign-in of its own";
    [ChatwootPublic] Any, 404, NoPage => NotFound,
        "Chatwoot answers the same for an unknown inbox and an unknown contact: check the source id, then inbox_identifier with cardex accounts check";
    [ChatwootPublic] Any, 500, NoPage => Server,
        "with identity validation on, most likely a wrong hash: check hmac_token against the inbox's settings, and the contact's identifier";

    // OpenCX: a key that reads may still not write. Statuses other than 500 are described, not declared.
    [OpenCx] Any, 401, NoPage => SignIn,
        "the key is missing or not valid: see where this account's token comes from, and make a new key in OpenCX if it is gone";
    [OpenCx] Any, 403, Page => Forbidden,
        "the network in front of OpenCX refused this, not OpenCX; a partner's key works from its listed addresses only";
    [OpenCx] At(&["/chat/sessions/search"]), 403, NoPage => Forbidden,
        "the key works, but may not search: probably its scope chat-sessions:read is missing; listing works without it";
    [OpenCx] Write, 403, NoPage => Forbidden,
        "the key works, but may not change contacts: it needs the scope contacts:write; a read-only key lists well and fails at the save";
    [OpenCx] Read, 403, NoPage => Forbidden,
        "the key works, but may not list contacts: it needs the scope contacts:read";
    // Every read is of a list, which exists whatever is in it: no contact may be taken for gone.
    [OpenCx] Read, 404, NoPage => Malformed,
        "OpenCX has no such address: check base_url; the vendor's own is https://api.open.cx";
    [OpenCx] Write, 404, NoPage => NotFound,
        "OpenCX has no contact of this id any more: load the list again";
    [OpenCx] Write, 409, NoPage => Rejected,
        "most likely another contact has this e-mail or phone: look it up, and decide which of the two to keep";
    [OpenCx] Any, 429, Shape::Any => Throttled,
        "OpenCX allows 100 requests a minute, and other programs with this key may count as well: wait a minute, or set a lower rate";

    // RevyOps: 401 is "not yours" and 403 is "bad key". Lists without contacts may answer 404.
    [RevyOps] At(LISTS), 401, NoPage => Forbidden,
        "this is not about signing in: the key does not belong to this client; check client_id";
    [RevyOps] Read, 401, NoPage => Forbidden,
        "this is not about signing in: the contact belongs to another client than the key; check the id and client_id";
    [RevyOps] Write, 401, NoPage => Forbidden,
        "this is not about signing in: the contact, or the company in company_id, belongs to another client than the key";
    [RevyOps] Any, 403, NoPage => SignIn,
        "the key is missing or wrong (RevyOps says 403 for that): check the header's name in auth, x-api-key by default, its token and client_id";
    [RevyOps] Part(LISTS), 404, NoPage => Empty;
    [RevyOps] At(LISTS), 404, Words("no contact") => Empty;
    [RevyOps] At(LISTS), 404, NoPage => NotFound,
        "either this client has no contacts at all, or base_url lacks a part: on app.revyops.com it ends in /api";
    [RevyOps] Any, 404, Page => Malformed,
        "a website answers at base_url in place of the API: on app.revyops.com it must end in /api";
    [RevyOps] Sends("company_id"), 404, Words("company") => Rejected,
        "this client has no company of this number or domain: correct company_id";
    [RevyOps] Any, 404, NoPage => NotFound,
        "this client has no such contact; it may have been deleted";
    [RevyOps] Write, 409, NoPage => Rejected,
        "another contact of this client has this e-mail or LinkedIn URL: look it up by its e-mail, and decide which of the two to keep";
    [RevyOps] Any, 429, Shape::Any => Throttled,
        "RevyOps asks for fewer than 10 requests a second of all who use this client: wait a little, or set a lower rate";

    // Pabbly Chatflow: a good status may still be a failure.
    [Pabbly] Any, 401, NoPage => SignIn,
        "copy the API key again from Settings, API & Webhooks, in Chatflow; keys of other Pabbly products do not work here";
    [Pabbly] Any, 404, Has("error") => NotFound,
        "it may have been deleted, or be one that this API key does not reach";
    [Pabbly] Write, 400, Json => Rejected,
        "tags and attributes must exist in Chatflow's Settings before a contact can have them";
    [Pabbly] Write, 200 ..= 299, Failure => Rejected,
        "Chatflow answered with a good status, and said in the answer that it failed; tags and attributes must exist in its Settings";

    // Everybody. JSON inside a good status first: it may say that it failed.
    [] Any, 200 ..= 299, Code(401, 401) => SignIn;
    [] Any, 200 ..= 299, Code(403, 403) => Forbidden;
    [] Any, 200 ..= 299, Code(404, 404) => NotFound;
    [] Any, 200 ..= 299, Code(410, 410) => NotFound;
    [] Any, 200 ..= 299, Code(429, 429) => Throttled;
    [] Any, 200 ..= 299, Code(408, 408) => Server;
    [] Any, 200 ..= 299, Code(500, 599) => Server;
    [] Any, 200 ..= 299, Code(400, 499) => Rejected;
    [] Any, 200 ..= 299, Failure        => Rejected;
    [] Any, 200 ..= 299, Blank          => Ok;
    [] Any, 200 ..= 299, Json           => Ok;
    [] Any, 200 ..= 299, Page           => Malformed,
        "a website, a login page or a proxy answers at base_url in place of the API; correct it";
    [] Any, 200 ..= 299, Shape::Any     => Malformed;
    [] Any, 300 ..= 399, Shape::Any     => Malformed,
        "the API does not answer at this address: set base_url to where it does";
    [] Any, 401, Page                   => SignIn,
        "this is not the API's answer: a proxy in front of it wants a sign-in of its own";
    [] Any, 401, Shape::Any             => SignIn;
    [] Any, 403, Page                   => Forbidden,
        "a network or proxy in front of the server refused this, not the server itself";
    [] Any, 403, Shape::Any             => Forbidden;
    [] Any, 408, Shape::Any             => Server;
    [] Any, 425, Shape::Any             => Server;
    [] Any, 429, Shape::Any             => Throttled;
    [] Any, 500 ..= 599, Page           => Server,
        "a proxy in front of the server answers, the server itself does not; try again later";
    [] Any, 500 ..= 599, Shape::Any     => Server;
    [] Any, 400 ..= 499, Page           => Malformed,
        "a website, a login page or a proxy answers at base_url in place of the API; correct it";
    [] Any, 404, Shape::Any             => NotFound;
    [] Any, 410, Shape::Any             => NotFound;
    [] Any, 400 ..= 499, Shape::Any     => Rejected;
};

/// What no row speaks of: no status that an API answers with.
pub static ELSE: Row = Row {
    providers: &[],
    ask: Ask::Any,
    status: (0, u16::MAX),
    shape: Shape::Any,
    meaning: Meaning::Malformed,
    advice: None,
};
