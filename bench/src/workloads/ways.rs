//! The ways that a workload's program is run.

use launcher::RuntimeKind;

/// A way.
#[derive(Debug)]
pub struct Way {
    /// Its name on the command line and in the JSON.
    pub name: &'static str,
    /// What it is called in the tables.
    pub label: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// What starts it.
    pub runtime: RuntimeKind,
    /// Whether the program is Python, and imports packages.
    pub has_packages: bool,
    /// Its colour in the plot.
    pub color: &'static str,
}

/// All of them, in the order of the tables.
pub const WAYS: [Way; 6] = [
    Way {
        name: "ours_native",
        label: "ours, native dispatch",
        description: "`rust_lambda_zip(dispatch = \"native\")` on Python's runtime",
        runtime: RuntimeKind::Python,
        has_packages: false,
        color: "#b3261e",
    },
    Way {
        name: "ours_extension",
        label: "ours, extension dispatch",
        description: "`rust_lambda_zip` as it is by default, on Python's runtime",
        runtime: RuntimeKind::Python,
        has_packages: false,
        color: "#f0803c",
    },
    Way {
        name: "os_only",
        label: "OS-only runtime",
        description: "the same Rust program as `bootstrap` on `provided.al2023`",
        runtime: RuntimeKind::OsOnly,
        has_packages: false,
        color: "#1f2937",
    },
    Way {
        name: "python",
        label: "Python",
        description: "the same in Python, with the packages that its users take",
        runtime: RuntimeKind::Python,
        has_packages: true,
        color: "#2f6fb5",
    },
    Way {
        name: "pydantic",
        label: "Python, pydantic",
        description: "the same by pydantic, where Python has no need of it",
        runtime: RuntimeKind::Python,
        has_packages: true,
        color: "#8fb8de",
    },
    Way {
        name: "pyo3",
        label: "PyO3 module",
        description: "an extension module (abi3) that reads and makes Python's objects by pythonize",
        runtime: RuntimeKind::Python,
        has_packages: false,
        color: "#7a4fb0",
    },
];

/// The way of a name.
pub fn way(name: &str) -> Option<&'static Way> {
    WAYS.iter().find(|way| way.name == name)
}
