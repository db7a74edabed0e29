//! A workspace and a state folder of its own for each test.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Two folders that vanish with the test.
pub(crate) struct Workspace {
    dir: TempDir,
    name: &'static str,
}

impl Workspace {
    /// A workspace with these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Workspace {
        Workspace::named("work", files)
    }

    /// A workspace with these files, in a folder of this name.
    pub(crate) fn named(name: &'static str, files: &[(&str, &str)]) -> Workspace {
        let workspace = Workspace { dir: tempfile::tempdir().unwrap(), name };
        std::fs::create_dir(workspace.root()).unwrap();
        for (path, text) in files {
            workspace.write(path, text);
        }
        workspace
    }

    /// Two Python files, one of which calls the other.
    pub(crate) fn shop() -> Workspace {
        Workspace::new(&[("shop.py", SHOP), ("cart.py", CART)])
    }

    /// Files in several languages, in a folder whose name no careless quoting survives.
    pub(crate) fn polyglot() -> Workspace {
        let files = [
            ("shop.py", SHOP),
            ("cart.py", CART),
            ("src/colour.ts", COLOUR),
            ("src/paint.ts", PAINT),
            ("src/area.rs", AREA),
        ];
        Workspace::named("shop ü 100% #1", &files)
    }

    /// Its folder.
    pub(crate) fn root(&self) -> PathBuf {
        // Editors and servers may resolve links; macOS has one in its temporary folder.
        self.dir.path().canonicalize().unwrap().join(self.name)
    }

    /// Where the server keeps index and journal.
    pub(crate) fn state(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join("state")
    }

    /// The URI of a file in it.
    pub(crate) fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root().join(path).display())
    }

    /// What a file in it holds.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// Whether a file in it holds what is wanted, for whoever waits: an editor that saves a file
    /// may have it gone for a moment.
    pub(crate) fn holds(&self, path: &str, wanted: impl Fn(&str) -> bool) -> bool {
        std::fs::read_to_string(self.root().join(path)).is_ok_and(|it| wanted(&it))
    }

    /// True where there is such a file.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.root().join(path).exists()
    }

    /// Writes a file in it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// The file that defines something.
pub(crate) const SHOP: &str = "\
def pay(amount):
    return amount


def refund(amount):
    return -pay(amount)
";

/// The file that uses it.
pub(crate) const CART: &str = "\
from shop import pay


def checkout(cart):
    # pay what is due
    return pay(len(cart))
";

/// A definition in another language, with its doc comment.
const COLOUR: &str = "\
/** Mixes two colours half and half. */
export function mix(first: number, second: number): number {
  return (first + second) / 2;
}
";

/// The file that uses it.
const PAINT: &str = "\
import { mix } from './colour';

export function paint(): number {
  return mix(0, 255);
}
";

/// A third language.
const AREA: &str = "\
/// The area of a square.
pub fn area(side: f64) -> f64 {
    side * side
}
";
