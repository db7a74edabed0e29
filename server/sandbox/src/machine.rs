//! What of this machine a build needs to see: the system, the tool chains, and no secrets.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The readable part of a machine, and the environment that leads to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Files and folders to be read and executed.
    pub read: Vec<PathBuf>,
    /// Variables for commands.
    pub env: BTreeMap<String, String>,
}

/// Folders of the system.
const SYSTEM: [&str; 10] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/nix",
    "/proc",
    "/sys/fs/cgroup",
];

/// Entries of `/etc` that are nobody's business. The rest is read by programs at every start.
const ETC_SECRET: [&str; 9] = [
    "shadow",
    "gshadow",
    "sudoers",
    "ssh",
    "ssl",
    "krb5",
    "security",
    "wireguard",
    "NetworkManager",
];

/// What is allowed of `/etc/ssl`: the certificates, not the keys.
const CERTIFICATES: [&str; 3] = ["/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ssl/cert.pem"];

/// Parts of tool chains below the user's home. Files that hold tokens lie beside them.
const HOME_PARTS: [&str; 27] = [
    ".cargo/bin",
    ".cargo/registry",
    ".cargo/git",
    ".cargo/env",
    ".rustup",
    ".pyenv",
    ".local/bin",
    ".local/lib",
    ".local/share/uv",
    ".local/share/mise",
    ".local/share/pnpm",
    ".local/pipx",
    ".nvm",
    ".volta",
    ".bun/bin",
    ".fnm",
    ".asdf",
    ".sdkman",
    ".jenv",
    ".rbenv",
    ".m2/repository",
    ".m2/wrapper",
    ".gradle/caches",
    ".gradle/wrapper",
    "go",
    "sdk",
    ".cache/coursier",
];

/// Variables that say where a tool chain lies, and where it lies without them below the home.
const CHAINS: [(&str, &str); 6] = [
    ("CARGO_HOME", ".cargo"),
    ("RUSTUP_HOME", ".rustup"),
    ("PYENV_ROOT", ".pyenv"),
    ("GOPATH", "go"),
    ("NVM_DIR", ".nvm"),
    ("VOLTA_HOME", ".volta"),
];

/// Variables that are passed on as they are.
const PASSED: [&str; 6] = ["PATH", "LANG", "LC_ALL", "TZ", "JAVA_HOME", "GOROOT"];

/// The machine as `var` (environment variables) describes it.
pub fn machine(var: &dyn Fn(&str) -> Option<String>) -> Machine {
    let home = var("HOME").map(PathBuf::from).filter(|it| it.is_absolute());
    let mut res = Machine::default();
    res.read.extend(SYSTEM.iter().map(PathBuf::from));
    res.read.extend(etc());
    for name in PASSED {
        res.env.extend(var(name).map(|it| (name.to_owned(), it)));
    }
    for (name, below) in CHAINS {
        let said = var(name).map(PathBuf::from).filter(|it| it.is_absolute());
        let folder = said.or_else(|| Some(home.as_ref()?.join(below)));
        let Some(folder) = folder.filter(|it| it.is_dir()) else { continue };
        res.env.insert(name.to_owned(), folder.display().to_string());
        match name {
            // Its tokens lie beside what a build needs.
            "CARGO_HOME" => {
                let parts = ["bin", "registry", "git", "env"];
                res.read.extend(parts.iter().map(|it| folder.join(it)));
            }
            _ => res.read.push(folder),
        }
    }
    if let Some(home) = &home {
        res.read.extend(HOME_PARTS.iter().map(|it| home.join(it)));
    }
    // Programs that were put into a folder of their own on the search path.
    let path = var("PATH").unwrap_or_default();
    let own = |it: &PathBuf| home.as_ref().is_none_or(|home| it != home && !home.starts_with(it));
    res.read.extend(std::env::split_paths(&path).filter(|it| it.is_absolute()).filter(own));
    res.env.extend(["GOROOT", "JAVA_HOME"].iter().filter_map(|name| {
        let folder = PathBuf::from(var(name)?);
        res.read.push(folder.clone());
        Some(((*name).to_owned(), folder.display().to_string()))
    }));
    res.read.retain(|it| it != Path::new("/"));
    res.read.sort();
    res.read.dedup();
    res
}

/// The entries of `/etc` that hold no secrets.
fn etc() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/etc") else { return Vec::new() };
    let names = entries.flatten().filter_map(|it| it.file_name().into_string().ok());
    let is_open = |name: &String| !ETC_SECRET.iter().any(|it| name.starts_with(it));
    let open = names.filter(is_open).map(|it| Path::new("/etc").join(it));
    open.chain(CERTIFICATES.iter().map(PathBuf::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_keys_are_not_among_what_is_read() {
        let home = tempfile::tempdir().unwrap();
        for file in [".cargo/credentials.toml", ".cargo/bin/tool", ".ssh/id", ".m2/settings.xml"] {
            fs::create_dir_all(home.path().join(file).parent().unwrap()).unwrap();
            fs::write(home.path().join(file), "").unwrap();
        }
        let var = |name: &str| match name {
            "HOME" => Some(home.path().display().to_string()),
            "PATH" => Some(format!("/usr/bin:{0}/.cargo/bin:{0}:/:rel", home.path().display())),
            "AWS_SECRET_ACCESS_KEY" => Some("s".to_owned()),
            _ => None,
        };
        let machine = machine(&var);
        let reads = |file: &str| machine.read.iter().any(|it| Path::new(file).starts_with(it));
        let at_home = |file: &str| reads(&home.path().join(file).display().to_string());
        assert!(reads("/usr/bin/env") && reads("/etc/passwd") && at_home(".cargo/bin/tool"));
        assert!(!at_home(".cargo/credentials.toml") && !at_home(".ssh/id"));
        assert!(!at_home(".m2/settings.xml") && !reads("/etc/shadow") && !reads("/root/x"));
        assert_eq!(
            machine.env.get("CARGO_HOME").map(PathBuf::from),
            Some(home.path().join(".cargo"))
        );
        assert!(!machine.env.contains_key("AWS_SECRET_ACCESS_KEY"));
    }
}
