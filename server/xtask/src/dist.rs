//! What a release consists of, made from this source tree.

use std::{
    env::consts::{ARCH, EXE_SUFFIX, OS},
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{
    DistArgs,
    archive::{Entry, checksums, tar_gz},
    tools::run,
};

/// Files that go into the archive as they are: from where, to where.
const DOCUMENTS: &[(&str, &str)] = &[
    ("README.md", "README.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE", "LICENSE"),
    ("server/LICENSE-MIT", "LICENSE-MIT"),
    ("server/LICENSE-APACHE", "LICENSE-APACHE"),
];

/// Folders that go into the archive whole. `spec` holds tests, which nobody installs.
const CLIENTS: &[(&str, &str)] = &[("editors/neovim", "neovim"), ("editors/helix", "helix")];

/// Makes the extension, the archive and the checksums in the folder that `args` name.
///
/// # Errors
/// The tool or the file that failed; what was made before stays.
pub(crate) fn make(root: &Path, args: &DistArgs) -> anyhow::Result<()> {
    let out = root.join(&args.out);
    fs::create_dir_all(&out).with_context(|| out.display().to_string())?;
    let binary = match &args.binary {
        Some(binary) => binary.clone(),
        None => build(root)?,
    };
    let version = env!("CARGO_PKG_VERSION");
    let mut made = Vec::new();
    if !args.without_vscode {
        let name = format!("aios-{version}-{}.vsix", vscode_target()?);
        extension(root, &binary, &out.join(&name))?;
        made.push(name);
    }
    let folder = format!("aios-{version}-{ARCH}-{OS}");
    let name = format!("{folder}.tar.gz");
    let mut entries = entries(root, &binary)?;
    for vsix in &made {
        entries.push(Entry::read(&out.join(vsix), vsix, false)?);
    }
    tar_gz(&out.join(&name), &folder, &entries)?;
    made.push(name);
    checksums(&out, &made)
}

/// The release binary, without symbols: a third of its size is names that users have no use for.
fn build(root: &Path) -> anyhow::Result<PathBuf> {
    let strip = ["--", "-C", "strip=symbols"];
    let call = ["rustc", "--release", "--locked", "--package", "aios", "--bin", "aios"];
    run(root, env!("CARGO"), &[&call[..], &strip[..]].concat())?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    Ok(target.join("release").join(format!("aios{EXE_SUFFIX}")))
}

/// Packages the extension with `binary` inside.
fn extension(root: &Path, binary: &Path, out: &Path) -> anyhow::Result<()> {
    let folder = root.join("editors/vscode");
    let inside = folder.join("server");
    fs::create_dir_all(&inside).with_context(|| inside.display().to_string())?;
    let copy = inside.join(format!("aios{EXE_SUFFIX}"));
    fs::copy(binary, &copy)
        .with_context(|| format!("{} to {}", binary.display(), copy.display()))?;
    for (from, to) in [("CHANGELOG.md", "CHANGELOG.md"), ("LICENSE", "LICENSE")] {
        let (from, to) = (root.join(from), folder.join(to));
        fs::copy(&from, &to).with_context(|| from.display().to_string())?;
    }
    run(&folder, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    run(&folder, "npm", &["run", "check"])?;
    run(&folder, "npm", &["run", "build"])?;
    let out = out.to_str().context("the folder's name is not UTF-8")?;
    let target = vscode_target()?;
    run(&folder, "npm", &["run", "package", "--", "--target", target, "--out", out])
}

/// This platform in the words of VS Code's marketplace.
fn vscode_target() -> anyhow::Result<&'static str> {
    Ok(match (OS, ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        ("windows", "x86_64") => "win32-x64",
        ("windows", "aarch64") => "win32-arm64",
        (os, arch) => anyhow::bail!("VS Code has no platform {arch}-{os}: use --without-vscode"),
    })
}

/// All of the archive but the extension.
fn entries(root: &Path, binary: &Path) -> anyhow::Result<Vec<Entry>> {
    let mut acc = vec![Entry::read(binary, &format!("aios{EXE_SUFFIX}"), true)?];
    for (from, to) in DOCUMENTS {
        acc.push(Entry::read(&root.join(from), to, false)?);
    }
    for (from, to) in CLIENTS {
        folder(&mut acc, &root.join(from), to)?;
    }
    Ok(acc)
}

fn folder(acc: &mut Vec<Entry>, from: &Path, to: &str) -> anyhow::Result<()> {
    let listed = fs::read_dir(from).with_context(|| from.display().to_string())?;
    let mut paths: Vec<PathBuf> = listed.flatten().map(|it| it.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|it| it.to_str()).context("a name is not UTF-8")?;
        let to = format!("{to}/{name}");
        match path.is_dir() {
            true if name == "spec" => {}
            true => folder(acc, &path, &to)?,
            false => acc.push(Entry::read(&path, &to, false)?),
        }
    }
    Ok(())
}
