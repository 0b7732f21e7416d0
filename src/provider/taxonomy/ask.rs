//! What was asked, as far as the meaning of an answer depends on it: a read or a write, and of what.

use crate::http::{HttpRequest, Method};

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Every call.
    Any,
    /// Calls that change nothing: every GET, and a filter that is sent with POST.
    Read,
    /// Calls that may change something.
    Write,
    /// Calls whose body has this member.
    Sends(&'static str),
    /// Calls of a path that ends so.
    At(&'static [&'static str]),
    /// Reads of a list, at a path that ends so, of which only a part is asked for: a later page, or what
    /// fits a filter.
    Part(&'static [&'static str]),
}

/// Parameters that narrow nothing down.
const WHOLE: [&str; 2] = ["page_size", "structure"];

impl Ask {
    /// Whether a request is of this kind.
    pub fn fits(self, request: &HttpRequest) -> bool {
        let (path, query) = parts(&request.url);
        match self {
            Self::Any => true,
            Self::Read => reads(request.method, path),
            Self::Write => !reads(request.method, path),
            Self::Sends(member) => {
                let body = request.body.as_ref();
                body.is_some_and(|body| body.get(member).is_some())
            }
            Self::At(ends) => ends.iter().any(|end| path.ends_with(end)),
            Self::Part(ends) => {
                reads(request.method, path)
                    && ends.iter().any(|end| path.ends_with(end))
                    && query.split('&').any(narrows)
            }
        }
    }
}

fn reads(method: Method, path: &str) -> bool {
    method == Method::Get || (method == Method::Post && path.ends_with("/filter"))
}

fn narrows(parameter: &str) -> bool {
    match parameter.split_once('=').unwrap_or((parameter, "")) {
        ("", _) => false,
        ("page", number) => number != "1",
        (name, _) => !WHOLE.contains(&name),
    }
}

/// Path and query of an address, the path without a trailing slash.
fn parts(url: &str) -> (&str, &str) {
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    (path.trim_end_matches('/'), query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_list_is_a_later_page_or_a_filter() {
        let lists: &[&str] = &["/contacts"];
        for (method, url, part) in [
            (Method::Get, "https://x.example/contacts", false),
            (
                Method::Get,
                "https://x.example/contacts?page=1&page_size=100&structure=NESTED",
                false,
            ),
            (Method::Get, "https://x.example/contacts/?page=2", true),
            (
                Method::Get,
                "https://x.example/contacts?page=1&email=a%40b.example",
                true,
            ),
            (Method::Get, "https://x.example/contacts/7?page=2", false),
            (Method::Post, "https://x.example/contacts?page=2", false),
            (
                Method::Post,
                "https://x.example/contacts/filter?page=2",
                false,
            ),
        ] {
            assert_eq!(
                Ask::Part(lists).fits(&HttpRequest::new(method, url)),
                part,
                "{url}"
            );
        }
    }

    #[test]
    fn a_filter_sent_with_post_is_a_read() {
        let filter = HttpRequest::new(Method::Post, "https://x.example/contacts/filter?page=1");
        assert!(Ask::Read.fits(&filter) && !Ask::Write.fits(&filter));
        let labels = HttpRequest::new(Method::Post, "https://x.example/contacts/7/labels");
        assert!(Ask::Write.fits(&labels) && !Ask::Read.fits(&labels));
    }
}
