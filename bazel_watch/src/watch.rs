//! The target, from one edit to the next.

use std::{process::Stdio, time::SystemTime};

use crate::{
    builder::{Builder, Outcome, Unavailable},
    files::{Files, Missing, State},
    stop::Stop,
};

/// A target whose sources are watched.
pub struct Watch {
    builder: Builder,
    sources: Files,
    seen: State,
}

impl Watch {
    /// Asks Bazel for a target's sources. What is edited from now on counts. The options are for this, and for each build.
    ///
    /// # Errors
    ///
    /// If Bazel is not there, or does not tell.
    pub fn start(label: &str, options: &[String], stop: &Stop) -> Result<Self, Unavailable> {
        Self::of(Builder::find(label, options, stop)?)
    }

    fn of(builder: Builder) -> Result<Self, Unavailable> {
        let sources = Files::sources(builder.sources(Stdio::inherit())?);
        Ok(Self {
            seen: sources.state(),
            builder,
            sources,
        })
    }

    /// How many files are watched.
    #[must_use]
    pub fn sources(&self) -> usize {
        self.sources.paths().len()
    }

    /// Waits for an edit, or takes one that was made since the last was taken; false once it is stopped.
    #[must_use]
    pub fn wait(&mut self) -> bool {
        let edited = self.sources.wait(&self.seen, Missing::IsChange, &self.builder.stop);
        let is_edited = edited.is_some();
        if let Some(now) = edited {
            self.seen = now;
        }
        is_edited
    }

    /// Builds the target. What is edited meanwhile is an edit to be taken next.
    pub fn build(&mut self) -> Outcome {
        let begun = SystemTime::now();
        let outcome = self.builder.build();
        if outcome == Outcome::Stopped {
            return outcome;
        }
        let is_built = outcome == Outcome::Built;
        // An edit may bring sources, and the mistake may be in them.
        let told = self.builder.sources(match is_built {
            true => Stdio::inherit(),
            // It has been said.
            false => Stdio::null(),
        });
        let mut now = told.unwrap_or_default();
        if !is_built {
            // What is missing may come back.
            now.extend(self.sources.paths().iter().cloned());
        }
        if !now.is_empty() && now != *self.sources.paths() {
            let now = Files::sources(now);
            self.seen = now.state().since(&self.seen, begun);
            self.sources = now;
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, thread, time::Duration};

    use super::*;
    use crate::tests::Folder;

    /// As Bazel can't be run in its own tests, a shell stands for it here, to which `build` and `cquery` are scripts of these names.
    fn watch(folder: &Folder, stop: &Stop) -> Watch {
        folder.write(
            "cquery",
            "echo \"$0 $@\" >>calls\nfor file in app/*.rs; do echo \"//app:${file#app/} (null)\"; done",
        );
        folder.write(
            "build",
            "echo \"$0 $@\" >>calls\n! grep -q broken app/*.rs && cat app/main.rs >built",
        );
        Watch::of(Builder {
            bazel: "/bin/sh".into(),
            workspace: folder.path().to_owned(),
            label: "//app:local".to_owned(),
            options: vec!["--config=release".to_owned()],
            stop: stop.clone(),
        })
        .unwrap()
    }

    fn built(folder: &Folder) -> String {
        fs::read_to_string(folder.path().join("built")).unwrap_or_default()
    }

    #[test]
    fn an_edit_is_built_and_what_a_failed_build_brings_is_watched() {
        let folder = Folder::new("edits");
        folder.write("app/BUILD.bazel", "");
        folder.write("app/main.rs", "one");
        let mut watch = watch(&folder, &Stop::default());
        assert_eq!(watch.sources(), 2);
        folder.write("app/main.rs", "mod other;");
        assert!(watch.wait());
        assert_eq!(watch.build(), Outcome::Built);
        assert_eq!(built(&folder), "mod other;");
        // What it names comes later, and is broken at first.
        folder.write("app/other.rs", "broken");
        assert!(watch.wait());
        assert_eq!(watch.build(), Outcome::Failed("the build failed".to_owned()));
        assert_eq!(watch.sources(), 3);
        folder.write("app/other.rs", "mended");
        assert!(watch.wait());
        assert_eq!(watch.build(), Outcome::Built);
        folder.write("app/BUILD.bazel", "# edited");
        assert!(watch.wait());
        let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
        let builds: Vec<_> = calls.lines().filter(|call| call.starts_with("build ")).collect();
        assert_eq!(builds.len(), 3, "{calls}");
        let is_whole = |call: &&str| call.starts_with("build --config=release ") && call.ends_with(" -- //app:local");
        assert!(builds.iter().all(is_whole), "{calls}");
        assert!(
            calls.contains("cquery --config=release") && calls.contains("deps(//app:local)"),
            "{calls}"
        );
    }

    #[test]
    fn a_build_and_a_wait_end_when_they_are_stopped() {
        let folder = Folder::new("stopped");
        folder.write("app/main.rs", "");
        let stop = Stop::default();
        let mut watch = watch(&folder, &stop);
        folder.write("build", "echo >building; exec sleep 60");
        thread::scope(|scope| {
            let run = scope.spawn(|| (watch.build(), watch.wait()));
            for _ in 0..100 {
                if folder.path().join("building").exists() {
                    break;
                }
                thread::sleep(Duration::from_millis(100));
            }
            stop.stop();
            assert_eq!(run.join().unwrap(), (Outcome::Stopped, false));
        });
    }

    #[test]
    fn a_target_without_sources_is_not_watched() {
        let folder = Folder::new("none");
        folder.write("cquery", "exit 1");
        let builder = |bazel: &str| Builder {
            bazel: bazel.into(),
            workspace: folder.path().to_owned(),
            label: "//app:local".to_owned(),
            options: Vec::new(),
            stop: Stop::default(),
        };
        let said = |bazel| Watch::of(builder(bazel)).map(drop).unwrap_err().to_string();
        assert_eq!(said("/bin/sh"), "Bazel does not tell the sources of //app:local");
        assert!(said("/no/bazel").starts_with("/no/bazel can't be started: "));
    }
}
