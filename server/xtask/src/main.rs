//! Packaging: `cargo xtask dist` makes what users install without a compiler.

mod archive;
mod dist;
mod tools;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

/// Packaging of aios.
#[derive(Parser, Debug)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Make the extension with the binary inside, the archive, and their checksums
    #[command(after_help = "\
Examples:
  cargo xtask dist
  cargo xtask dist --out /tmp/release --without-vscode    where there is no Node.js")]
    Dist(DistArgs),
}

/// Arguments of `cargo xtask dist`.
#[derive(clap::Args, Debug)]
struct DistArgs {
    /// Where the files go; those of the same names are replaced
    #[arg(long, value_name = "DIR", default_value = "target/dist")]
    out: PathBuf,

    /// Leave the extension for VS Code out, which needs Node.js 20 and npm
    #[arg(long)]
    without_vscode: bool,

    /// Package this binary instead of building one
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let Command::Dist(args) = Cli::parse().command;
    dist::make(&root(), &args)
}

/// The root of the repository.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).expect("the crate lies two folders below the root").to_owned()
}
