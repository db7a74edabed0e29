//! Files whose contents are never copied: neither into the journal nor into a diff.

use vfs::VfsPath;

/// Whole names, lower case.
const NAMES: &[&str] = &[
    ".env",
    ".envrc",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".npmrc",
    ".yarnrc",
    ".pypirc",
    ".htpasswd",
    ".git-credentials",
    ".dockercfg",
    ".boto",
    ".s3cfg",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_ecdsa_sk",
    "id_ed25519_sk",
    "credentials",
    "kubeconfig",
    "master.key",
    "terraform.tfstate",
];
/// Endings of key stores and private keys.
const ENDINGS: &[&str] = &[
    "pem", "key", "p8", "p12", "pfx", "pkcs12", "jks", "keystore", "kdbx", "ppk", "ovpn", "tfvars",
    "tfstate", "gpg", "asc", "agekey",
];
/// Stems that name secrets in a file of data.
const STEMS: &[&str] = &["credentials", "secrets", "secret", "service-account", "serviceaccount"];
/// Endings of files of data.
const DATA: &[&str] =
    &["json", "toml", "yaml", "yml", "ini", "xml", "txt", "csv", "properties", "conf", "env"];
/// What marks a pattern of a file for others to fill in.
const SAMPLES: &[&str] = &["example", "sample", "template", "dist", "defaults"];
/// Folders and names that only together name a secret.
const PLACES: &[(&str, &str)] =
    &[(".docker", "config.json"), (".kube", "config"), (".cargo", "credentials.toml")];

/// True where the name of the file says that it holds keys, passwords or tokens.
pub fn is_secret(path: &VfsPath) -> bool {
    let Some(name) = path.file_name() else { return false };
    let name = name.to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |it| it.1);
    if SAMPLES.contains(&ending) {
        return false;
    }
    let stem = name.split('.').next().unwrap_or_default();
    let folder = path.parent().and_then(|it| it.file_name().map(str::to_ascii_lowercase));
    let is_place = |place: &(&str, &str)| folder.as_deref() == Some(place.0) && name == place.1;
    NAMES.contains(&&*name)
        || name.starts_with(".env.")
        || ENDINGS.contains(&ending)
        || (DATA.contains(&ending) && STEMS.contains(&stem))
        || PLACES.iter().any(is_place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_and_code_about_secrets_is_none() {
        let is_secret = |path: &str| is_secret(&VfsPath::new(path).unwrap());
        for path in [
            "/w/.env",
            "/w/.ENV.production",
            "/w/server.pem",
            "/h/.ssh/id_rsa",
            "/w/credentials",
            "/w/config/secrets.yml",
            "/w/credentials.json",
            "/h/.docker/config.json",
            "/w/a.tfvars",
        ] {
            assert!(is_secret(path), "{path}");
        }
        for path in [
            "/w/.env.example",
            "/w/env.rs",
            "/w/credentials.rs",
            "/w/secrets.py",
            "/w/config.json",
            "/w/id_rsa.pub",
            "/w/keys.md",
            "/",
            "/w/secrets/readme.md",
        ] {
            assert!(!is_secret(path), "{path}");
        }
    }
}
