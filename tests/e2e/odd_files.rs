//! Files that are no plain text of a reasonable size: named, left as they are, and in nobody's way.

use crate::{
    cli::{aios, told},
    workspace::Workspace,
};

#[test]
fn what_is_not_read_is_named_and_left() {
    let workspace = Workspace::shop();
    let root = workspace.root();
    let latin = b"# caf\xe9\nfrom shop import pay\npay(1)\n";
    std::fs::write(root.join("latin.py"), latin).unwrap();
    let long = format!("from shop import pay\npay(1)\n{}", "# a comment\n".repeat(1_000_000));
    workspace.write("long.py", &long);
    workspace.write("other.py", "# pay is written here, and in another language below\n");
    std::fs::write(root.join("latin.rb"), b"# caf\xe9\npay\n").unwrap();
    let (code, text) = aios(&workspace, &["rename", "pay", "charge"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("latin.py:2") && text.contains("is not changed: not UTF-8"), "{text}");
    assert!(text.contains("long.py") && text.contains("was not looked through"), "{text}");
    assert!(!text.contains("latin.rb"), "{text}");
    assert_eq!(aios(&workspace, &["apply"]).0, 0);
    assert_eq!(std::fs::read(root.join("latin.py")).unwrap(), latin);
    assert_eq!(workspace.read("long.py"), long);
    let (code, text) = told(&workspace, &["propose", "latin.py"], "x\n");
    assert!(code == 1 && text.contains("latin.py: not UTF-8 at byte 5"), "{text}");
    assert_eq!(aios(&workspace, &["undo"]).0, 0);
    assert_eq!(std::fs::read(root.join("latin.py")).unwrap(), latin);
}

#[test]
fn more_files_than_are_looked_through_are_told() {
    let workspace = Workspace::shop();
    for nth in 0..202 {
        let path = workspace.root().join(format!("old{nth:03}.py"));
        std::fs::write(path, b"# caf\xe9\npay(1)\n").unwrap();
    }
    let (code, text) = aios(&workspace, &["rename", "pay", "charge"]);
    assert_eq!(code, 0, "{text}");
    // The shop has one of its own.
    assert!(text.contains("202 places could not be proved"), "{text}");
    assert!(text.contains("old000.py:2") && !text.contains("old201.py"), "{text}");
    assert!(text.contains("old200.py"), "{text}");
    assert!(text.contains("the file and 1 others were not looked through"), "{text}");
}
