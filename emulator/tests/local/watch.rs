//! `--watch`. `e2e/watch.py` has Bazel itself, which tests under it can't run: here, a shell stands for it, to which `build` and `cquery` are
//! scripts of these names.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    common::await_end,
    harness::{INVOKE, command, terminate, write_zip},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A workspace whose build copies the zip that the source names.
struct Workspace(TempDir);

impl Workspace {
    fn new() -> Self {
        let workspace = Self(TempDir::new().unwrap());
        fs::create_dir(workspace.0.path().join("app")).unwrap();
        workspace.write("cquery", "echo '//app:main.rs (null)'");
        workspace.write(
            "build",
            r#"word=$(cat app/main.rs)
echo "$@" >>builds
case $word in
  broken) echo "app/main.rs:1: it is broken" >&2; exit 1 ;;
  slow) echo $$ >building; exec sleep 60 ;;
esac
cmp -s "$word.zip" function.zip || cp "$word.zip" function.zip"#,
        );
        for word in ["one", "two"] {
            write_zip(&workspace.path(&format!("{word}.zip")), &format!("respond {word}"));
        }
        fs::copy(workspace.path("one.zip"), workspace.path("function.zip")).unwrap();
        workspace.edit("one");
        workspace
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn edit(&self, word: &str) {
        self.write("app/main.rs", word);
    }

    fn serve(&self, arguments: &[&str]) -> Served {
        let mut command = watching(&self.path("function.zip"));
        command
            .args(arguments)
            .env("BAZEL", "/bin/sh")
            .env("BUILD_WORKSPACE_DIRECTORY", self.0.path());
        Served::start(&mut command)
    }
}

fn watching(zip: &Path) -> Command {
    let mut command = command(zip);
    command
        .args(["--port", "0", "--target", "//app:local", "--watch"])
        .env_remove("BAZEL")
        .env_remove("BUILD_WORKSPACE_DIRECTORY");
    command
}

/// A running emulator, and what it says.
struct Served {
    child: Child,
    lines: Receiver<String>,
}

impl Served {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                eprintln!("{line}");
                // Once the test is through, nobody hears it.
                let _ = sender.send(line);
            }
        });
        Self { child, lines }
    }

    /// Waits for a line with this text.
    fn says(&self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("{text:?} is not said"));
            if line.contains(text) {
                return line;
            }
        }
    }

    fn port(&self) -> u16 {
        let line = self.says("http://localhost:");
        let (_, port) = line.trim_end_matches('/').rsplit_once(':').unwrap();
        port.parse().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        terminate(&mut self.child);
    }
}

/// Waits for a file that has a line, and returns that.
fn awaited(path: &Path) -> String {
    let began = Instant::now();
    loop {
        match fs::read_to_string(path) {
            Ok(line) if line.ends_with('\n') => return line.trim().to_owned(),
            _ => assert!(began.elapsed() < PATIENCE, "{} is not written", path.display()),
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn answer(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!("POST {INVOKE} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n0");
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn an_edit_is_built_and_served_and_a_failed_build_is_not() {
    let workspace = Workspace::new();
    let served = workspace.serve(&["--bazel-option=--config=release", "--bazel-option", "-k"]);
    let port = served.port();
    served.says("watching 1 sources of //app:local; Ctrl-C ends");
    // What was edited since the target was built is built at once: nothing.
    awaited(&workspace.path("builds"));
    workspace.edit("two");
    served.says("building //app:local");
    served.says("reloaded");
    assert_eq!(answer(port), "two");
    workspace.edit("broken");
    served.says("app/main.rs:1: it is broken");
    served.says("the build failed; what was built before is still served");
    assert_eq!(answer(port), "two");
    workspace.edit("two");
    served.says("the build left the zip as it was");
    workspace.edit("one");
    served.says("reloaded");
    assert_eq!(answer(port), "one");
    let builds = fs::read_to_string(workspace.path("builds")).unwrap();
    let is_whole = |call: &str| call.starts_with("--config=release -k ") && call.ends_with(" -- //app:local");
    assert!(builds.lines().all(is_whole), "{builds}");
}

#[test]
fn a_build_that_is_under_way_ends_with_the_server() {
    let workspace = Workspace::new();
    let mut served = workspace.serve(&[]);
    served.says("watching 1 sources");
    workspace.edit("slow");
    let process = awaited(&workspace.path("building"));
    let began = Instant::now();
    assert!(terminate(&mut served.child).success());
    assert!(began.elapsed() < Duration::from_secs(8), "it was killed");
    await_end(&process);
}

#[test]
fn where_bazel_cannot_be_called_the_zip_is_watched_and_a_note_says_what_to_do() {
    let workspace = Workspace::new();
    let zip = workspace.path("function.zip");
    let by_whom = "build //app:local in another terminal (`bazel build //app:local`, ibazel)";
    let nowhere = Served::start(&mut watching(&zip));
    assert!(nowhere.says("not started by `bazel run`").contains(by_whom));
    let in_workspace = |bazel: Option<&str>| {
        let mut command = watching(&zip);
        command.env("PATH", workspace.path("app"));
        command.env("BUILD_WORKSPACE_DIRECTORY", workspace.0.path());
        command.envs(bazel.map(|bazel| ("BAZEL", bazel)));
        Served::start(&mut command)
    };
    let said = in_workspace(None).says("there is no Bazel: BAZEL is not set");
    assert!(said.contains("tools/bazel") && said.contains(by_whom), "{said}");
    let said = in_workspace(Some("/no/bazel")).says("/no/bazel can't be started");
    assert!(said.contains(by_whom), "{said}");
    workspace.write("cquery", "echo 'no such package' >&2; exit 7");
    let failing = workspace.serve(&[]);
    let port = failing.port();
    failing.says("no such package");
    let said = failing.says("Bazel does not tell the sources of //app:local");
    assert!(said.contains(by_whom), "{said}");
    write_zip(&zip, "respond two");
    assert_eq!(answer(port), "two");
}

#[test]
fn one_event_is_not_watched() {
    let workspace = Workspace::new();
    for (arguments, texts) in [
        (
            &["--watch", "invoke", "-"][..],
            &["leave --watch out", "`bazel run //app:local -- --watch`"][..],
        ),
        (&["--bazel-option=-k"], &["--watch"]),
    ] {
        let output = command(&workspace.path("function.zip"))
            .args(["--target", "//app:local"])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{said}");
        assert!(texts.iter().all(|text| said.contains(text)), "{said}");
    }
}
