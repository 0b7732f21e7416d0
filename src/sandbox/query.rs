//! Queries and path segments as most servers take them apart. Chatwoot's nested parameters are its own.

/// The pairs of a query, decoded; a `+` is a blank.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(key, value)| (decode(key, true), decode(value, true)))
        .collect()
}

/// Percent-decoding; what is no escape stays as it is.
pub(super) fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = text.get(at + 1..at + 3).filter(|_| byte == b'%');
        // `from_str_radix` takes a sign, an escape does not.
        let escape = escape.filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        if let Some(decoded) = escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(decoded);
            at += 3;
        } else {
            out.push(if plus && byte == b'+' { b' ' } else { byte });
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_decode_and_others_stay() {
        assert_eq!(decode("%2B+%e2%82%ac%+%zz%+1%", true), "+ €% %zz% 1%");
        assert_eq!(decode("a+b", false), "a+b");
        assert_eq!(
            pairs("a=%26&&b&a=c=d"),
            [("a", "&"), ("b", ""), ("a", "c=d")].map(|(k, v)| (k.to_string(), v.to_string()))
        );
    }
}
