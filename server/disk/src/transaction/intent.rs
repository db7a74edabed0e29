//! The record of a write that is under way. Read by whoever comes after a crash, perhaps a later
//! version of this program: the first line tells the form.

use std::path::{Path, PathBuf};

use vfs::ContentHash;

/// Changes with the form; a record of another form is damaged for this program.
const MAGIC: &[u8] = b"aios-write-1\0";
const HASH_BYTES: usize = 32;

/// What a write does, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Intent {
    /// Folders that are made for it, outer before inner.
    pub(super) dirs: Vec<PathBuf>,
    /// One step a file.
    pub(super) steps: Vec<Step>,
}

/// One file of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The file.
    pub(super) path: PathBuf,
    /// The new content waits here.
    pub(super) temp: PathBuf,
    /// The old content keeps this name.
    pub(super) backup: PathBuf,
    /// Of the old content; `None`: there is no file.
    pub(super) before: Option<ContentHash>,
    /// Of the new content; `None`: there will be no file.
    pub(super) after: Option<ContentHash>,
}

impl Step {
    /// The folder that holds the file and its other names.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }
}

impl Intent {
    /// Every folder whose names the write changes, each once.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let paths = self.steps.iter().map(|it| &it.path).chain(&self.dirs);
        let mut res: Vec<PathBuf> =
            paths.filter_map(|it| it.parent()).map(Path::to_owned).collect();
        res.sort();
        res.dedup();
        res
    }

    /// Fields that end with a zero byte, which no path has, and the hash of all of them.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut res = MAGIC.to_vec();
        let mut field = |bytes: &[u8]| {
            res.extend_from_slice(bytes);
            res.push(0);
        };
        for dir in &self.dirs {
            field(b"dir");
            field(dir.as_os_str().as_encoded_bytes());
        }
        for step in &self.steps {
            field(b"file");
            for path in [&step.path, &step.temp, &step.backup] {
                field(path.as_os_str().as_encoded_bytes());
            }
            for hash in [step.before, step.after] {
                field(hash.map_or(String::new(), |it| it.to_string()).as_bytes());
            }
        }
        let hash = ContentHash::of(&res);
        res.extend_from_slice(hash.as_bytes());
        res
    }

    /// The intent that `bytes` are the record of; `None` where they are damaged or of another form.
    pub(super) fn decode(bytes: &[u8]) -> Option<Intent> {
        let (content, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH_BYTES)?)?;
        if ContentHash::from_bytes(hash)? != ContentHash::of(content) {
            return None;
        }
        let content = content.strip_prefix(MAGIC)?;
        let mut fields = content.split(|it| *it == 0).map(std::str::from_utf8);
        let mut field = || fields.next()?.ok();
        let mut res = Intent::default();
        loop {
            match field()? {
                "" => return Some(res),
                "dir" => res.dirs.push(PathBuf::from(field()?)),
                "file" => res.steps.push(Step {
                    path: PathBuf::from(field()?),
                    temp: PathBuf::from(field()?),
                    backup: PathBuf::from(field()?),
                    before: hash_of(field()?)?,
                    after: hash_of(field()?)?,
                }),
                _ => return None,
            }
        }
    }
}

/// The hash written `text`; the inner `None` for no hash, the outer one for what is none.
fn hash_of(text: &str) -> Option<Option<ContentHash>> {
    if text.is_empty() {
        return Some(None);
    }
    let digits = text.as_bytes().chunks_exact(2);
    let bytes = digits.map(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok());
    let bytes: Option<Vec<u8>> = bytes.collect();
    ContentHash::from_bytes(&bytes?).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_back_and_damage_is_noticed() {
        let intent = Intent {
            dirs: vec![PathBuf::from("/w/a\nb")],
            steps: vec![Step {
                path: PathBuf::from("/w/é x"),
                temp: PathBuf::from("/w/.t"),
                backup: PathBuf::from("/w/.b"),
                before: None,
                after: Some(ContentHash::of(b"new")),
            }],
        };
        let bytes = intent.encode();
        assert_eq!(Intent::decode(&bytes), Some(intent));
        for at in 0..bytes.len() {
            assert_eq!(Intent::decode(&bytes[..at]), None, "cut at {at}");
            let mut wrong = bytes.clone();
            wrong[at] ^= 1;
            assert_eq!(Intent::decode(&wrong), None, "wrong at {at}");
        }
    }
}
