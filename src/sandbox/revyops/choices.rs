//! The readings that each switch of [`super::quirks::Quirks`] chooses among, and their words on the
//! command line.

use crate::sandbox::spec::Words;

/// A choice, and the word of each reading.
macro_rules! choice {
    ($(#[$about:meta])* $name:ident { $($(#[$reading:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$reading])* $variant,)+
        }

        impl Words for $name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];
        }
    };
}

choice! {
    /// How a request proves who sends it; one source speaks of a header, another of a query parameter.
    Auth {
        /// The key in the header.
        Header = "header",
        /// `client_id` in the query.
        ClientId = "client-id",
        /// Both.
        Both = "both",
        /// At least one of them; what is there must be right.
        Either = "either",
    }
}

choice! {
    /// The header of the master key; the same source names two.
    MasterHeader {
        /// The header of the ordinary key.
        Same = "same",
        /// `x-master-api-key`.
        Own = "x-master-api-key",
    }
}

choice! {
    /// The status of a missing or wrong key.
    KeyStatus {
        /// 403, as documented.
        Forbidden = "403",
        /// 401.
        Unauthorized = "401",
    }
}

choice! {
    /// The answer for a contact or company of another client.
    Foreign {
        /// 401, as documented.
        Unauthorized = "401",
        /// 404.
        NotFound = "404",
    }
}

choice! {
    /// What stands before `/public`; the documents say nothing, every client `/api`.
    Prefix {
        /// `/api` or nothing.
        Optional = "optional",
        /// Nothing; `/api` is unknown.
        Absent = "none",
        /// `/api`; unknown without.
        Api = "api",
    }
}

choice! {
    /// The form of a page of a v2 list.
    Envelope {
        /// `count`, `total_pages`, `current_page`, `page_size`, `results`, as the list's page has it.
        Pages = "pages",
        /// `count`, `next`, `previous`, `results`, as the introduction has it.
        Links = "links",
        /// All of them.
        Both = "both",
        /// A bare array, as in v1.
        Array = "array",
    }
}

choice! {
    /// The form of a list without contacts.
    EmptyList {
        /// A page without results, in v1 an empty array.
        Page = "page",
        /// `[]`.
        Array = "array",
        /// `{"status":"No contacts found"}`, as met on the v1 master list.
        Status = "status",
        /// 404, as declared.
        NotFound = "404",
    }
}

choice! {
    /// The answer for a page past the end.
    PastEnd {
        /// 404.
        NotFound = "404",
        /// A page without results.
        Empty = "empty",
    }
}

choice! {
    /// What happens to a `page_size` above the largest.
    OverMax {
        /// The largest is taken in silence.
        Cap = "cap",
        /// 400.
        Refuse = "400",
    }
}

choice! {
    /// The order of lists.
    SortBy {
        /// By id.
        Id = "id",
        /// By id, the newest first.
        IdDown = "-id",
        /// By `updated_time`: a write during paging moves a contact to the end.
        Updated = "updated",
        /// By `updated_time`, the latest first: a write during paging moves a contact to the first page.
        UpdatedDown = "-updated",
    }
}

choice! {
    /// How the filters compare.
    Match {
        /// The whole value.
        Exact = "exact",
        /// The whole value, whatever its case.
        IgnoreCase = "ignore-case",
        /// Anywhere in the value, whatever the case.
        Substring = "substring",
    }
}

choice! {
    /// The type of the custom fields in v2 list and get.
    Shape {
        /// An array of objects.
        Array = "array",
        /// An object keyed by field name, as with `FLAT`.
        Map = "map",
        /// A string that holds the JSON of the array.
        Text = "json",
        /// A string that holds the JSON of the object.
        TextMap = "json-map",
    }
}

choice! {
    /// The member that custom fields stand under in v2 list and get.
    Member {
        /// `contact_custom_fields`.
        Plain = "plain",
        /// `contact_custom_fields_input`.
        Input = "input",
        /// A string in `contact_custom_fields` and the array in `contact_custom_fields_input`.
        Both = "both",
    }
}

choice! {
    /// Whether a contact without custom fields has the member.
    CustomFields {
        /// It is there, empty.
        Present = "present",
        /// It is missing.
        Absent = "absent",
    }
}

choice! {
    /// What an update does to the custom fields that it does not name.
    Sent {
        /// They stay.
        Merge = "merge",
        /// They vanish.
        Replace = "replace",
    }
}

choice! {
    /// What `field_value: null` does.
    NullValue {
        /// The field goes.
        Delete = "delete",
        /// The value becomes null.
        Null = "null",
        /// The value becomes `""`.
        Empty = "empty",
        /// 400.
        Refuse = "400",
    }
}

choice! {
    /// What `field_value: ""` does.
    EmptyValue {
        /// The value becomes `""`.
        Store = "store",
        /// The field goes.
        Delete = "delete",
        /// 400.
        Refuse = "400",
    }
}

choice! {
    /// What `field_name` without `field_value` does.
    AbsentValue {
        /// Nothing.
        Ignore = "ignore",
        /// The field goes.
        Delete = "delete",
        /// 400.
        Refuse = "400",
    }
}

choice! {
    /// What becomes of a field name that is not in the schema.
    Schema {
        /// It is created.
        Flexible = "flexible",
        /// 400.
        Strict = "strict",
        /// It is left out and the answer is a success.
        Drop = "drop",
    }
}

choice! {
    /// What a domain for `company_id` does that belongs to no company.
    Unresolved {
        /// 400.
        BadRequest = "400",
        /// 404.
        NotFound = "404",
        /// It makes a new company.
        Create = "create",
    }
}

choice! {
    /// The status of a `company_id` that does not exist.
    UnknownCompany {
        /// 404.
        NotFound = "404",
        /// 401: it does not belong to this client either.
        Unauthorized = "401",
        /// 400.
        BadRequest = "400",
    }
}

choice! {
    /// What a text of digits for `company_id` is taken for; in a form it is always an id.
    Digits {
        /// A domain.
        Domain = "domain",
        /// An id.
        Id = "id",
    }
}

choice! {
    /// The body of a 400.
    BadRequest {
        /// `{"detail":"…"}`.
        Detail = "detail",
        /// `{"email":["…"]}` where a member is to blame.
        Fields = "fields",
        /// `{"message":"…"}`.
        Message = "message",
        /// Plain text.
        Text = "text",
        /// Nothing.
        Empty = "empty",
    }
}

choice! {
    /// The form of timestamps.
    Times {
        /// `2026-01-01T00:00:00.000000Z`.
        Zulu = "z",
        /// With an offset: `2026-01-01T02:00:00.000000+02:00`.
        Offset = "offset",
        /// Without a zone: `2026-01-01T00:00:00.000000`.
        Naive = "naive",
        /// No ISO 8601: `01/01/2026 00:00`.
        Unreadable = "unreadable",
    }
}

choice! {
    /// How much of the contact an update answers.
    Written {
        /// Every member.
        Full = "full",
        /// Only the members that are declared as always present: no e-mail, LinkedIn URL, company, status and custom fields.
        Required = "required",
    }
}

choice! {
    /// How a contact without a company is shown.
    NoCompany {
        /// `company_id` is missing.
        Absent = "absent",
        /// It is null, although the schema denies it.
        Null = "null",
    }
}

choice! {
    /// How a contact without e-mail, LinkedIn URL or status is shown.
    NoText {
        /// The member is missing.
        Absent = "absent",
        /// It is null, although the schema denies it.
        Null = "null",
        /// It is `""`.
        Empty = "empty",
    }
}

choice! {
    /// What `""` for a standard member does.
    EmptyText {
        /// It is stored.
        Store = "store",
        /// The member has no value afterwards.
        Clear = "clear",
        /// 400.
        Refuse = "400",
    }
}

choice! {
    /// Which statuses there are.
    Status {
        /// Any text.
        Free = "free",
        /// Active, Unsubscribed and Bounced; 400 for others.
        Closed = "closed",
        /// Any text, stored in lower case.
        Lower = "lower-case",
    }
}

choice! {
    /// What a new contact needs.
    Create {
        /// Nothing.
        Anything = "anything",
        /// An e-mail or a LinkedIn URL.
        Identifier = "identifier",
    }
}

choice! {
    /// The answer to a deletion.
    Delete {
        /// 204 without a body.
        NoContent = "204",
        /// 200 with a body.
        Ok = "200",
    }
}
