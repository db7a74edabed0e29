//! Neovim: the client as a package that Neovim loads by itself, with this binary as its server.

use std::path::{Path, PathBuf};

use super::{
    Direction, FileChange, Plan,
    files::{read, resolved},
    on_path, text_of, user_folder,
};

/// The client's files, as they lie in `editors/neovim`.
const FILES: &[(&str, &str)] = &[
    ("doc/aios.txt", include_str!("../../../../../editors/neovim/doc/aios.txt")),
    ("lsp/aios.lua", include_str!("../../../../../editors/neovim/lsp/aios.lua")),
    ("lua/aios/commands.lua", include_str!("../../../../../editors/neovim/lua/aios/commands.lua")),
    ("lua/aios/handlers.lua", include_str!("../../../../../editors/neovim/lua/aios/handlers.lua")),
    ("lua/aios/health.lua", include_str!("../../../../../editors/neovim/lua/aios/health.lua")),
    ("lua/aios/init.lua", include_str!("../../../../../editors/neovim/lua/aios/init.lua")),
    ("lua/aios/others.lua", include_str!("../../../../../editors/neovim/lua/aios/others.lua")),
    ("lua/aios/pick.lua", include_str!("../../../../../editors/neovim/lua/aios/pick.lua")),
    ("lua/aios/preview.lua", include_str!("../../../../../editors/neovim/lua/aios/preview.lua")),
    ("lua/aios/server.lua", include_str!("../../../../../editors/neovim/lua/aios/server.lua")),
    ("plugin/aios.lua", include_str!("../../../../../editors/neovim/plugin/aios.lua")),
];

/// The one file that is not the client's: it names the binary and switches the client on.
const ENABLE: &str = "plugin/aios_enable.lua";

/// The first line of that file, by which a package of ours is known.
const MARK: &str = "-- Written by `aios setup neovim`; `aios setup neovim --remove` takes it away.";

pub(super) fn plan(direction: Direction, program: &Path) -> anyhow::Result<Plan> {
    let package = package()?;
    let mark = read(&package.join(ENABLE))?;
    let is_ours = mark.as_ref().is_some_and(|it| it.starts_with(MARK));
    if package.exists() && !is_ours {
        anyhow::bail!(
            "{}: this package was not written by `aios setup`, so it is left alone; remove it \
             first",
            package.display()
        );
    }
    let enable = enable(text_of(program)?);
    let wanted = FILES.iter().map(|(path, text)| (*path, (*text).to_owned()));
    let mut files = Vec::new();
    for (path, text) in wanted.chain([(ENABLE, enable)]) {
        let path = resolved(&package.join(path));
        let before = read(&path)?;
        let after = (direction == Direction::Add).then_some(text);
        files.push(FileChange { path, before, after });
    }
    let notes = match direction {
        Direction::Add => {
            vec!["In Neovim: open a file, then `:checkhealth aios` and `:help aios`.".to_owned()]
        }
        Direction::Remove => Vec::new(),
    };
    Ok(Plan { files, notes, command: None })
}

/// How Neovim stands.
pub(super) fn attachment(program: &Path) -> Result<String, String> {
    let Some(neovim) = on_path("nvim") else { return Ok("not on PATH".to_owned()) };
    let shown = neovim.display();
    let package = package().map_err(|it| format!("{it:#}"))?;
    let mark = read(&package.join(ENABLE)).map_err(|it| format!("{it:#}"))?;
    let Some(mark) = mark else {
        return Ok(format!("{shown}; not set up: `aios setup neovim`, or by hand, see its README"));
    };
    let changed = FILES
        .iter()
        .find(|(path, text)| read(&package.join(path)).ok().flatten().as_deref() != Some(text));
    if let Some((path, _)) = changed {
        return Err(format!(
            "{}: not the file of this version; `aios setup neovim` writes it again",
            package.join(path).display()
        ));
    }
    match text_of(program).map(enable) {
        Ok(enable) if enable == mark => Ok(format!("{shown}; set up")),
        _ => Ok(format!("{shown}; set up with another binary: {}", package.join(ENABLE).display())),
    }
}

fn package() -> anyhow::Result<PathBuf> {
    let data = match cfg!(windows) {
        true => user_folder("LOCALAPPDATA", "AppData/Local")?,
        false => user_folder("XDG_DATA_HOME", ".local/share")?,
    };
    let app = std::env::var("NVIM_APPNAME").unwrap_or_else(|_| "nvim".to_owned());
    let app = if cfg!(windows) { format!("{app}-data") } else { app };
    Ok(data.join(app).join("site/pack/aios/start/aios"))
}

fn enable(program: &str) -> String {
    // A string of Lua: what would end it or begin an escape is escaped.
    let program = program.replace('\\', "\\\\").replace('\'', "\\'");
    format!(
        "{MARK}\nvim.lsp.config('aios', {{ cmd = {{ '{program}', 'lsp' }} }})\n\
         vim.lsp.enable('aios')\n"
    )
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::{FILES, enable};

    #[test]
    fn every_file_of_the_client_is_in_the_package() {
        let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/neovim");
        let mut found = BTreeSet::new();
        let mut folders: Vec<PathBuf> =
            ["doc", "lsp", "lua", "plugin"].iter().map(|it| client.join(it)).collect();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().is_some_and(|it| it != "tags") {
                    let below = path.strip_prefix(&client).unwrap();
                    found.insert(below.to_str().unwrap().replace('\\', "/"));
                }
            }
        }
        let packed: BTreeSet<String> = FILES.iter().map(|it| it.0.to_owned()).collect();
        assert_eq!(packed, found);
    }

    #[test]
    fn a_path_with_quotes_stays_one_string() {
        let text = enable(r"C:\it's\aios.exe");
        assert!(text.contains(r"'C:\\it\'s\\aios.exe'"), "{text}");
    }
}
