//! Facts survive their encoding; damaged bytes are noticed.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures")]

use std::{fs, path::Path};

use syntax::{FACTS_VERSION, FileFacts, facts, facts_of_text};

/// Facts of every fixture of every language.
fn all() -> Vec<FileFacts> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammars");
    let mut res = vec![facts_of_text("go.mod", "module a\n"), FileFacts::default()];
    for language in &grammars::LANGUAGES {
        for entry in fs::read_dir(folder.join(language.id).join("fixtures")).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            res.push(facts("Cargo.toml", &text, language));
        }
    }
    res
}

#[test]
fn facts_come_back_as_they_were() {
    let all = all();
    assert!(grammars::LANGUAGES.len() < all.len());
    for facts in all {
        assert_eq!(FileFacts::from_bytes(&facts.to_bytes()), Some(facts));
    }
}

#[test]
fn damaged_bytes_give_nothing() {
    let mut seed = 7_u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % n
    };
    for facts in all() {
        let bytes = facts.to_bytes();
        for _ in 0..20 {
            assert_eq!(FileFacts::from_bytes(&bytes[..below(bytes.len())]), None);
            let mut flipped = bytes.clone();
            flipped[below(bytes.len())] ^= 1 << below(8);
            assert_eq!(FileFacts::from_bytes(&flipped), None);
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(FileFacts::from_bytes(&longer), None);
        let mut newer = bytes;
        newer[..4].copy_from_slice(&(FACTS_VERSION + 1).to_le_bytes());
        assert_eq!(FileFacts::from_bytes(&newer), None);
    }
}
