//! The README's table of keys is the program's own.

use std::fs;
use std::path::Path;

use cardex::tui::Keymap;

const BEGIN: &str = "`CARDEX_BLESS=1 cargo test readme` writes it anew -->\n";
const END: &str = "<!-- end of keys -->";

#[test]
fn readme_lists_the_keys_that_are_bound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (stands, tail) = rest.split_once(END).unwrap();
    let keys = format!("\n{}\n", Keymap::default().markdown().trim());
    if std::env::var_os("CARDEX_BLESS").is_some() {
        fs::write(&path, format!("{head}{BEGIN}{keys}{END}{tail}")).unwrap();
        return;
    }
    assert_eq!(
        stands, keys,
        "run with CARDEX_BLESS=1 to write the table anew"
    );
}
