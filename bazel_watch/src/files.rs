//! Whether files have changed, and come to rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    fs::{self, DirEntry},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::stop::Stop;

/// How often files are looked at. What has changed is taken once it has rested for as long.
pub(crate) const POLL: Duration = Duration::from_millis(300);

/// The names of a package's BUILD file, as Bazel looks for them.
pub(crate) const BUILD_FILES: [&str; 2] = ["BUILD.bazel", "BUILD"];

/// Files that are looked at, again and again.
#[derive(Clone, Debug, Default)]
pub struct Files {
    paths: BTreeSet<PathBuf>,
    /// Folders whose further files are looked for, by the extensions that they have to have.
    folders: BTreeMap<PathBuf, BTreeSet<OsString>>,
}

impl Files {
    /// These files alone.
    #[must_use]
    pub fn new(paths: BTreeSet<PathBuf>) -> Self {
        Self {
            paths,
            folders: BTreeMap::new(),
        }
    }

    /// A target's sources, and what a `glob` may take as a further one: a file with the extension of a source, in the source's folder or one
    /// in that. That there is one is looked at, and not what it holds, as it may be none.
    #[must_use]
    pub(crate) fn sources(paths: BTreeSet<PathBuf>) -> Self {
        let mut folders: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for path in &paths {
            if let (Some(folder), Some(name), Some(extension)) = (path.parent(), path.file_name(), path.extension())
                && !BUILD_FILES.iter().any(|build_file| name == *build_file)
            {
                folders
                    .entry(folder.to_owned())
                    .or_default()
                    .insert(extension.to_owned());
            }
        }
        Self { paths, folders }
    }

    /// The files, without those that further ones are.
    pub(crate) fn paths(&self) -> &BTreeSet<PathBuf> {
        &self.paths
    }

    /// What they are now.
    #[must_use]
    pub fn state(&self) -> State {
        let stamp = |path: &PathBuf| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        let further = |(folder, extensions): (&PathBuf, &_)| (folder.clone(), self.further(folder, extensions));
        State {
            stamps: self.paths.iter().map(|path| (path.clone(), stamp(path))).collect(),
            further: self.folders.iter().map(further).collect(),
        }
    }

    /// Waits until they have changed, and come to rest; `None` once it is stopped.
    #[must_use]
    pub fn wait(&self, seen: &State, missing: Missing, stop: &Stop) -> Option<State> {
        let mut last = self.state();
        loop {
            if stop.wait(POLL) {
                return None;
            }
            let now = self.state();
            if now == last && now != *seen && (missing == Missing::IsChange || !now.lacks(seen)) {
                return Some(now);
            }
            last = now;
        }
    }

    /// The further files of a folder.
    fn further(&self, folder: &Path, extensions: &BTreeSet<OsString>) -> BTreeSet<PathBuf> {
        let is_further = |path: &PathBuf| {
            let has_extension = path.extension().is_some_and(|extension| extensions.contains(extension));
            has_extension && !self.paths.contains(path)
        };
        let mut further = BTreeSet::new();
        for entry in entries(folder) {
            let path = entry.path();
            // Not by a link, which may lead to Bazel's outputs.
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                further.extend(Some(path).filter(is_further));
            } else if !self.folders.contains_key(&path) && build_files(&path).next().is_none() {
                let inner = entries(&path).map(|entry| entry.path());
                further.extend(inner.filter(|path| is_further(path)));
            }
        }
        further
    }
}

/// What is in a folder, if it can be read, but for what editors and others hide.
fn entries(folder: &Path) -> impl Iterator<Item = DirEntry> {
    let is_hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
    let all = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    all.filter(move |entry| !is_hidden(&entry.file_name()))
}

/// The BUILD files that a folder has.
pub(crate) fn build_files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    BUILD_FILES
        .into_iter()
        .map(|name| folder.join(name))
        .filter(|file| file.is_file())
}

/// What tells whether files have changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    stamps: BTreeMap<PathBuf, Option<(SystemTime, u64)>>,
    /// By the folder.
    further: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl State {
    /// Of files and folders that were looked at before, what was seen then; of other files that are newer than when the build was
    /// begun, nothing.
    pub(crate) fn since(mut self, before: &Self, begun: SystemTime) -> Self {
        for (path, stamp) in &mut self.stamps {
            match before.stamps.get(path) {
                Some(seen) => *stamp = *seen,
                // It may have been read before it was edited.
                None => *stamp = stamp.filter(|(modified, _)| *modified <= begun),
            }
        }
        for (folder, further) in &mut self.further {
            if let Some(seen) = before.further.get(folder) {
                // Some are sources by now, and no more than that.
                *further = seen
                    .iter()
                    .filter(|path| !self.stamps.contains_key(*path))
                    .cloned()
                    .collect();
            }
        }
        self
    }

    /// Whether files are missing that were there before.
    fn lacks(&self, before: &Self) -> bool {
        let is_missing = |path| self.stamps.get(path).is_none_or(Option::is_none);
        before
            .stamps
            .iter()
            .any(|(path, seen)| seen.is_some() && is_missing(path))
    }
}

/// What it means that a file is not there, and stays away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Missing {
    /// Somebody deleted it, or gave it another name.
    IsChange,
    /// A build is making it anew.
    IsTransient,
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Instant};

    use super::*;
    use crate::tests::Folder;

    /// Waits for a change for so long.
    fn within(time: Duration, files: &Files, seen: &State, missing: Missing) -> Option<State> {
        let stop = Stop::default();
        thread::scope(|scope| {
            let waited = scope.spawn(|| files.wait(seen, missing, &stop));
            let began = Instant::now();
            while !waited.is_finished() && began.elapsed() < time {
                thread::sleep(Duration::from_millis(10));
            }
            stop.stop();
            waited.join().unwrap()
        })
    }

    #[test]
    fn a_change_is_taken_once_the_file_is_back_and_at_rest() {
        let folder = Folder::new("rest");
        let zip = folder.write("zip", "one");
        let files = Files::new([zip.clone()].into());
        let seen = files.state();
        fs::remove_file(&zip).unwrap();
        let early = within(3 * POLL, &files, &seen, Missing::IsTransient);
        assert!(early.is_none(), "taken while it is not there");
        folder.write("zip", "another");
        let now = within(10 * POLL, &files, &seen, Missing::IsTransient);
        assert!(now.is_some_and(|now| now != seen));
    }

    #[test]
    fn a_source_that_is_gone_for_good_is_a_change_once() {
        let folder = Folder::new("gone");
        let (kept, gone) = (folder.write("a.rs", ""), folder.write("b.rs", ""));
        let files = Files::sources([kept, gone.clone()].into());
        let seen = files.state();
        fs::remove_file(gone).unwrap();
        let now = within(10 * POLL, &files, &seen, Missing::IsChange).expect("it was not taken");
        let again = within(3 * POLL, &files, &now, Missing::IsChange);
        assert!(again.is_none(), "it was taken twice");
    }

    #[test]
    fn an_edit_during_a_build_that_brings_sources_is_no_part_of_it() {
        let folder = Folder::new("during");
        let old = folder.write("old.rs", "");
        let seen = Files::sources([old.clone()].into()).state();
        folder.write("old.rs", "edited");
        let new = folder.write("new.rs", "");
        let both = Files::sources([old, new].into());
        let after = both.state().since(&seen, SystemTime::now());
        assert!(after != both.state() && after.stamps.values().all(Option::is_some));
    }

    #[test]
    fn an_edit_during_a_build_of_a_file_that_it_brings_is_no_part_of_it() {
        let folder = Folder::new("brought");
        let old = folder.write("old.rs", "");
        let seen = Files::sources([old.clone()].into()).state();
        let begun = SystemTime::now();
        thread::sleep(Duration::from_millis(50));
        let new = folder.write("new.rs", "edited");
        let both = Files::sources([old, new].into());
        assert!(both.state().since(&seen, begun) != both.state());
    }

    #[test]
    fn a_further_file_is_one_that_a_glob_may_take() {
        let folder = Folder::new("further");
        folder.write("app/BUILD.bazel", "");
        let main = folder.write("app/src/main.rs", "");
        let paths = [main, folder.path().join("app/BUILD.bazel")];
        let files = Files::sources(paths.into());
        let seen = files.state();
        // An editor's, another kind of file, another package's, one by a link, and what is beside a BUILD file alone.
        for other in [".#main.rs", "main.rs~", "main.txt", "package/BUILD", "package/lib.rs"] {
            folder.write(&format!("app/src/{other}"), "");
        }
        folder.write("app/other.rs", "");
        folder.write("elsewhere/lib.rs", "");
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), folder.path().join("app/src/linked")).unwrap();
        assert_eq!(files.state(), seen);
        for new in ["app/src/new.rs", "app/src/parts/mod.rs"] {
            let before = files.state();
            let path = folder.write(new, "");
            assert_ne!(files.state(), before, "{new} is not seen");
            // Its content is none of the target's yet.
            let before = files.state();
            folder.write(new, "edited");
            assert_eq!(files.state(), before);
            // It is no new one again once it is a source.
            let with_new = Files::sources(files.paths().iter().cloned().chain([path]).collect());
            assert_eq!(with_new.state().since(&before, SystemTime::now()), with_new.state());
        }
    }
}
