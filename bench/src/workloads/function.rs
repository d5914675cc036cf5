//! A workload's zip, unpacked as Lambda does, and how it is started.

use std::path::Path;

use anyhow::{Context, Result};
use launcher::{Program, Sandbox};

use super::{cases::Workload, packages::Packages, ways::Way};
use crate::{
    environment::ExecutionEnvironment,
    package::{unpack, Clients},
};

/// What functions are started with.
pub struct Surroundings {
    /// Lambda's client for Python; no function is on Node.js's runtime.
    pub clients: Clients,
    /// What Python's programs import, or why it is missing.
    pub packages: Result<Packages, String>,
    /// Variables of each function's environment.
    pub variables: Vec<(String, String)>,
}

/// A function that can be started.
pub struct Function {
    /// What it does.
    pub workload: &'static Workload,
    /// How it is run.
    pub way: &'static Way,
    sandbox: Sandbox,
    program: Program,
}

impl Function {
    /// Unpacks a zip.
    ///
    /// # Errors
    ///
    /// If the zip cannot be unpacked, or what it needs is missing.
    pub fn new(
        workload: &'static Workload,
        way: &'static Way,
        zip: &Path,
        surroundings: &Surroundings,
    ) -> Result<Self> {
        let mut variables = surroundings.variables.clone();
        if way.has_packages {
            let packages = surroundings.packages.as_ref().map_err(|why| anyhow::anyhow!("{why}"))?;
            // Behind the zip's own folder, as a layer's is: nothing is unpacked anew for each function.
            let folder = packages.folder().to_string_lossy().into_owned();
            variables.push(("PYTHONPATH".to_owned(), folder));
        }
        let (sandbox, program) = unpack(zip, way.runtime, &surroundings.clients, variables)?;
        Ok(Self {
            workload,
            way,
            sandbox,
            program,
        })
    }

    /// Starts a process for it.
    ///
    /// # Errors
    ///
    /// If the process cannot be started.
    pub fn start(&self) -> Result<ExecutionEnvironment> {
        ExecutionEnvironment::start(|server| self.program.command(&self.sandbox, server.address()))
            .with_context(|| self.program.start_failure())
    }
}
