//! What is measured beside one another.

use launcher::RuntimeKind;

/// A way to run a function.
#[derive(Debug)]
pub struct Peer {
    /// Its name on the command line and in the JSON.
    pub name: &'static str,
    /// What it is called in the tables.
    pub label: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// What starts it: its own `bootstrap`, or Lambda's client for Python or Node.js.
    pub runtime: RuntimeKind,
    /// Whether it answers as the program that is measured does; else it is there to compare with.
    pub is_program: bool,
    /// Its colour in the plot.
    pub color: &'static str,
}

/// All of them, in the order of the tables.
pub const PEERS: [Peer; 15] = [
    Peer {
        name: "ours_native",
        label: "ours, native dispatch",
        description: "`rust_lambda_zip(dispatch = \"native\")` on Python's runtime",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#b3261e",
    },
    Peer {
        name: "ours_extension",
        label: "ours, extension dispatch",
        description: "`rust_lambda_zip` as it is by default, on Python's runtime",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#f0803c",
    },
    Peer {
        name: "ours_ctypes",
        label: "ours, ctypes dispatch",
        description: "`rust_lambda_zip(dispatch = \"ctypes\")` on Python's runtime",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#c2570c",
    },
    Peer {
        name: "ours_native_system",
        label: "ours, native, glibc",
        description: "`rust_lambda_zip(dispatch = \"native\", allocator = \"system\")`",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#e39a94",
    },
    Peer {
        name: "ours_extension_system",
        label: "ours, extension, glibc",
        description: "`rust_lambda_zip(allocator = \"system\")`",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#f8c39d",
    },
    Peer {
        name: "ours_current_thread",
        label: "ours, current_thread",
        description: "`#[tokio::main(flavor = \"current_thread\")]`, by the inline engine; the dispatch is the default",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#c98b6b",
    },
    Peer {
        name: "ours_sync_main",
        label: "ours, thread engine",
        description:
            "a synchronous `main` with a runtime of its own, by the thread engine; the dispatch is the default",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#a8562f",
    },
    Peer {
        name: "ours_layered",
        label: "ours, loopback engine",
        description: "`Runtime::new(…).layer(…)`, by the loopback engine; the dispatch is the default",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#7d4a33",
    },
    Peer {
        name: "os_only",
        label: "OS-only runtime",
        description: "the same Rust program as `bootstrap` on `provided.al2023`, with glibc's allocator, as cargo-lambda builds it",
        runtime: RuntimeKind::OsOnly,
        is_program: true,
        color: "#1f2937",
    },
    Peer {
        name: "python",
        label: "pure Python",
        description: "the same in a Python handler, without Rust",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#2f6fb5",
    },
    Peer {
        name: "pyo3",
        label: "PyO3 module",
        description: "an extension module (abi3), which takes and gives JSON as text",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#7a4fb0",
    },
    Peer {
        name: "classic_ctypes",
        label: "classic ctypes shim",
        description: "a hand-written library behind C strings, JSON written and parsed in Python",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#3a8f5c",
    },
    Peer {
        name: "node_proxy",
        label: "Node.js proxy",
        description: "a Node.js function that hands each event to the Rust program, a child process, over HTTP",
        runtime: RuntimeKind::Node,
        is_program: true,
        color: "#a08600",
    },
    Peer {
        name: "floor",
        label: "Python client's floor",
        description: "an empty Python handler that takes and gives bytes: the runtime client's own loop, no JSON",
        runtime: RuntimeKind::Python,
        is_program: false,
        color: "#9aa0a6",
    },
    Peer {
        name: "empty_python",
        label: "empty Python handler",
        description: "`return {}`: what Python's runtime itself takes to start",
        runtime: RuntimeKind::Python,
        is_program: false,
        color: "#c3c7cc",
    },
];

/// The program on one allocator each, with extension dispatch, in the order of their table.
pub const ALLOCATORS: [Peer; 7] = [
    Peer {
        name: "allocator_mimalloc",
        label: "mimalloc 3, the rules' default",
        description: "the sources of `libmimalloc-sys`, compiled by the rules for size, and of it what is called",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#f0803c",
    },
    Peer {
        name: "allocator_system",
        label: "glibc's",
        description: "`allocator = \"system\"`",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#f8c39d",
    },
    Peer {
        name: "allocator_mimalloc_2",
        label: "mimalloc 2",
        description: "`mimalloc` with the feature `v2`, as its build script compiles it",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#c2570c",
    },
    Peer {
        name: "allocator_jemalloc",
        label: "jemalloc",
        description: "`tikv-jemallocator` with `disable_initial_exec_tls`",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#7a4fb0",
    },
    Peer {
        name: "allocator_snmalloc",
        label: "snmalloc",
        description: "`snmalloc-rs` with `build_cc` and `local_dynamic_tls`",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#2f6fb5",
    },
    Peer {
        name: "allocator_rlsf",
        label: "rlsf",
        description: "`rlsf::SmallGlobalTlsf`: one heap behind a lock",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#3a8f5c",
    },
    Peer {
        name: "allocator_talc",
        label: "talc",
        description: "`talc::TalcLock` over glibc's: one heap behind a lock",
        runtime: RuntimeKind::Python,
        is_program: true,
        color: "#a08600",
    },
];

/// Those that differ from `ours_extension` in how `main` starts the event loop alone.
pub const ENGINES: [&str; 3] = ["ours_current_thread", "ours_sync_main", "ours_layered"];

/// The peer of a name, allocators among them.
pub fn peer(name: &str) -> Option<&'static Peer> {
    all().find(|peer| peer.name == name)
}

/// All that any run measures.
fn all() -> impl Iterator<Item = &'static Peer> {
    PEERS.iter().chain(&ALLOCATORS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_each_a_peers() {
        for (index, one) in all().enumerate() {
            assert!(all()
                .take(index)
                .all(|other| other.name != one.name && other.label != one.label));
        }
        assert!(ENGINES.iter().all(|name| peer(name).is_some()));
    }
}
