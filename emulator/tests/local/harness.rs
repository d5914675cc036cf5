//! A running emulator, and requests to it.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
};

use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::common::BOOTSTRAP;

pub const INVOKE: &str = "/2015-03-31/functions/hello/invocations";

pub fn write_zip(path: &Path, handle: &str) {
    let next = path.with_extension("next");
    let mut writer = ZipWriter::new(File::create(&next).unwrap());
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    writer.start_file("bootstrap", options).unwrap();
    writer
        .write_all(BOOTSTRAP.replace("HANDLE", handle).as_bytes())
        .unwrap();
    writer.finish().unwrap();
    fs::rename(next, path).unwrap();
}

pub fn command(zip: &Path) -> Command {
    let mut command = Command::new(fs::canonicalize(env!("CARGO_BIN_EXE_emulator")).unwrap());
    command
        .args(["local", "--runtime", "provided.al2023", "--handler", "hello=bootstrap"])
        .arg("--zip")
        .arg(zip)
        .env_remove("BUILD_WORKING_DIRECTORY");
    command
}

/// A running emulator.
pub struct Local {
    pub child: Child,
    pub port: u16,
    pub zip: PathBuf,
    _folder: TempDir,
}

impl Local {
    pub fn start(handle: &str, arguments: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let zip = folder.path().join("function.zip");
        write_zip(&zip, handle);
        // Bazel's runfiles have a link to the zip.
        let link = folder.path().join("link.zip");
        symlink(&zip, &link).unwrap();
        let mut child = command(&link)
            .args(["--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let port = first
            .rsplit_once("localhost:")
            .unwrap()
            .1
            .trim_end_matches('/')
            .parse()
            .unwrap();
        thread::spawn(move || lines.map_while(Result::ok).for_each(|line| eprintln!("{line}")));
        Self {
            child,
            port,
            zip,
            _folder: folder,
        }
    }

    /// Sends a request, and returns the reply as it comes.
    pub fn send(&self, line: &str, headers: &str, body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let host = if headers.contains("Host: ") {
            ""
        } else {
            "Host: localhost\r\n"
        };
        let length = body.len();
        let head = format!("{line} HTTP/1.0\r\n{host}{headers}Content-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        stream
    }

    /// Sends a request, and returns the head and the body of the reply.
    pub fn request(&self, line: &str, headers: &str, body: &[u8]) -> (String, String) {
        let mut reply = Vec::new();
        self.send(line, headers, body).read_to_end(&mut reply).unwrap();
        let reply = String::from_utf8_lossy(&reply).into_owned();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    pub fn invoke(&self, event: &str) -> (String, String) {
        self.request(&format!("POST {INVOKE}"), "X-Amz-Log-Type: Tail\r\n", event.as_bytes())
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        terminate(&mut self.child);
    }
}

/// Ends an emulator in the way in which it cleans up.
pub fn terminate(child: &mut Child) -> ExitStatus {
    if let Some(status) = child.try_wait().unwrap() {
        return status;
    }
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    child.wait().unwrap()
}
