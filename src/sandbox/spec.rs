//! `KEY=VALUE,KEY=VALUE`: how the switches of a fake are written on a command line, and how they are listed.
//!
//! Which switches there are is the fakes'. Faults have a language of their own, in `faults`.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A choice among words.
pub trait Words: Copy + PartialEq + 'static {
    /// Every choice with its word.
    const WORDS: &'static [(&'static str, Self)];

    /// The word of this choice.
    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, choice)| *choice == self);
        found.map_or("", |(word, _)| word)
    }
}

impl Words for bool {
    const WORDS: &'static [(&'static str, Self)] = &[("no", false), ("yes", true)];
}

/// What may stand after the equals sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// One of these words: `merge, replace`.
    Words(Vec<&'static str>),
    /// A whole number from the first to the last: `1 to 1000`.
    Numbers(String, String),
    /// A text that these words describe.
    Text(&'static str),
}

impl Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(&words.join(", ")),
            Self::Numbers(first, last) => write!(f, "{first} to {last}"),
            Self::Text(shape) => f.write_str(shape),
        }
    }
}

/// One switch as help shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// What stands before the equals sign.
    pub key: &'static str,
    /// What may stand after it.
    pub allowed: Allowed,
    /// What holds where nothing is said.
    pub default: String,
    /// What it decides.
    pub meaning: &'static str,
}

impl Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            key,
            allowed,
            default,
            meaning,
        } = self;
        write!(f, "{key}={default}\n    {meaning}\n    {allowed}")
    }
}

/// Puts a value's text into the switches; false where it is none of the allowed ones.
type Set<Q> = Box<dyn Fn(&mut Q, &str) -> bool>;

/// One switch of the switches `Q`.
pub struct Switch<Q> {
    /// How help shows it.
    pub help: Help,
    set: Set<Q>,
}

impl<Q: Default + 'static> Switch<Q> {
    /// A choice among words.
    pub fn choice<T: Words>(
        key: &'static str,
        meaning: &'static str,
        field: fn(&mut Q) -> &mut T,
    ) -> Self {
        let allowed = Allowed::Words(T::WORDS.iter().map(|(word, _)| *word).collect());
        let default = field(&mut Q::default()).word().to_string();
        let set = move |quirks: &mut Q, text: &str| {
            let found = T::WORDS.iter().find(|(word, _)| *word == text);
            found.is_some_and(|(_, choice)| {
                *field(quirks) = *choice;
                true
            })
        };
        Self::new(key, allowed, default, meaning, set)
    }

    /// A whole number.
    pub fn number<N: Copy + PartialOrd + Display + FromStr + 'static>(
        key: &'static str,
        range: RangeInclusive<N>,
        meaning: &'static str,
        field: fn(&mut Q) -> &mut N,
    ) -> Self {
        let allowed = Allowed::Numbers(range.start().to_string(), range.end().to_string());
        let default = field(&mut Q::default()).to_string();
        let set = move |quirks: &mut Q, text: &str| {
            let number = text.parse().ok().filter(|number| range.contains(number));
            number.is_some_and(|number| {
                *field(quirks) = number;
                true
            })
        };
        Self::new(key, allowed, default, meaning, set)
    }

    /// A text, such as an address; an empty one is none.
    pub fn text(
        key: &'static str,
        shape: &'static str,
        meaning: &'static str,
        field: fn(&mut Q) -> &mut Option<String>,
    ) -> Self {
        let default = field(&mut Q::default()).clone().unwrap_or_default();
        let set = move |quirks: &mut Q, text: &str| {
            *field(quirks) = Some(text.to_string()).filter(|text| !text.is_empty());
            true
        };
        Self::new(key, Allowed::Text(shape), default, meaning, set)
    }

    fn new(
        key: &'static str,
        allowed: Allowed,
        default: String,
        meaning: &'static str,
        set: impl Fn(&mut Q, &str) -> bool + 'static,
    ) -> Self {
        let help = Help {
            key,
            allowed,
            default,
            meaning,
        };
        let set = Box::new(set);
        Self { help, set }
    }
}

/// Reads `KEY=VALUE,KEY=VALUE` over the defaults; an empty text is the defaults.
///
/// # Errors
/// A part that can not be read: the sentence names its key and its value, and says what is allowed.
pub fn parse<Q: Default>(switches: &[Switch<Q>], spec: &str) -> Result<Q, String> {
    let mut quirks = Q::default();
    let mut said: Vec<&str> = Vec::new();
    if spec.trim().is_empty() {
        return Ok(quirks);
    }
    for part in spec.split(',').map(str::trim) {
        let Some((key, value)) = part.split_once('=') else {
            return Err(format!(
                "quirk `{part}`: write KEY=VALUE{}",
                known(switches)
            ));
        };
        let (key, value) = (key.trim(), value.trim());
        let Some(switch) = switches.iter().find(|switch| switch.help.key == key) else {
            return Err(format!(
                "quirk `{key}={value}`: there is no switch `{key}`{}",
                known(switches)
            ));
        };
        if said.contains(&key) {
            return Err(format!("quirk `{key}={value}`: `{key}` is said twice"));
        }
        if !(switch.set)(&mut quirks, value) {
            return Err(format!(
                "quirk `{key}={value}`: `{value}` is not allowed for `{key}`; allowed: {}",
                switch.help.allowed
            ));
        }
        said.push(key);
    }
    Ok(quirks)
}

fn known<Q>(switches: &[Switch<Q>]) -> String {
    let keys: Vec<&str> = switches.iter().map(|switch| switch.help.key).collect();
    format!("; there are {}", keys.join(", "))
}

/// Checks that each switch hears each word that its help lists, and that each makes other switches than
/// the default. Of numbers both ends are tried.
#[cfg(test)]
pub(super) fn every_word_is_heard<Q>(switches: &[Switch<Q>])
where
    Q: Default + PartialEq + fmt::Debug,
{
    for Switch { help, .. } in switches {
        let words: Vec<&str> = match &help.allowed {
            Allowed::Words(words) => words.clone(),
            Allowed::Numbers(first, last) => vec![first, last],
            Allowed::Text(_) => continue,
        };
        let mut met: Vec<Q> = Vec::new();
        for word in words {
            let spec = format!("{}={word}", help.key);
            let quirks = parse(switches, &spec).unwrap_or_default();
            assert_eq!(quirks == Q::default(), help.default == word, "{spec}");
            assert!(!met.contains(&quirks), "{spec} is like another word");
            met.push(quirks);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Fruit {
        Apple,
        Pear,
    }

    impl Words for Fruit {
        const WORDS: &'static [(&'static str, Self)] =
            &[("apple", Self::Apple), ("pear", Self::Pear)];
    }

    #[derive(Debug, PartialEq)]
    struct Basket {
        fruit: Fruit,
        count: i32,
        full: bool,
        from: Option<String>,
    }

    impl Default for Basket {
        fn default() -> Self {
            Self {
                fruit: Fruit::Pear,
                count: 3,
                full: true,
                from: None,
            }
        }
    }

    fn switches() -> Vec<Switch<Basket>> {
        vec![
            Switch::choice("fruit", "what is in it", |b: &mut Basket| &mut b.fruit),
            Switch::number("count", -5..=5, "how many", |b: &mut Basket| &mut b.count),
            Switch::choice("full", "whether it is full", |b: &mut Basket| &mut b.full),
            Switch::text("from", "a place", "where from", |b: &mut Basket| {
                &mut b.from
            }),
        ]
    }

    #[test]
    fn what_is_said_is_set_and_the_rest_stays() {
        let read = |spec| parse(&switches(), spec);
        assert_eq!(read(""), Ok(Basket::default()));
        let wanted = Basket {
            fruit: Fruit::Apple,
            count: -5,
            full: true,
            from: Some("a=b".into()),
        };
        assert_eq!(read("fruit=apple, count = -5,from=a=b"), Ok(wanted));
        let wanted = Basket {
            full: false,
            ..Basket::default()
        };
        assert_eq!(read("full=no,from="), Ok(wanted));
    }

    #[test]
    fn errors_name_key_and_value_and_what_is_allowed() {
        let there_are = "there are fruit, count, full, from";
        for (spec, wanted) in [
            (
                "fruit=plum",
                "quirk `fruit=plum`: `plum` is not allowed for `fruit`; allowed: apple, pear"
                    .into(),
            ),
            (
                "count=6",
                "quirk `count=6`: `6` is not allowed for `count`; allowed: -5 to 5".into(),
            ),
            (
                "count=x",
                "quirk `count=x`: `x` is not allowed for `count`; allowed: -5 to 5".into(),
            ),
            (
                "full=true",
                "quirk `full=true`: `true` is not allowed for `full`; allowed: no, yes".into(),
            ),
            (
                "colour=red",
                format!("quirk `colour=red`: there is no switch `colour`; {there_are}"),
            ),
            (
                "full",
                format!("quirk `full`: write KEY=VALUE; {there_are}"),
            ),
            (
                "full=no,",
                format!("quirk ``: write KEY=VALUE; {there_are}"),
            ),
            (
                "full=no,full=yes",
                "quirk `full=yes`: `full` is said twice".into(),
            ),
        ] {
            assert_eq!(parse(&switches(), spec).unwrap_err(), wanted);
        }
    }

    #[test]
    fn help_shows_the_default() {
        let shown: Vec<String> = switches().iter().map(|s| s.help.to_string()).collect();
        assert_eq!(shown[0], "fruit=pear\n    what is in it\n    apple, pear");
        assert_eq!(shown[1], "count=3\n    how many\n    -5 to 5");
        assert_eq!(shown[2], "full=yes\n    whether it is full\n    no, yes");
        assert_eq!(shown[3], "from=\n    where from\n    a place");
    }
}
