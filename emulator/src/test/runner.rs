//! Runs cases on an unpacked zip, which may have to do the same as another program.

use std::{collections::VecDeque, time::Duration};

use anyhow::{Context, Result};
use launcher::{Program, Sandbox};

use super::subject::{Observation, Subject};
use crate::{
    compare::{
        Case,
        diff::{self, Labeled},
        equivalence, log,
    },
    runtime_api::Invocation,
};

/// How a case went.
#[derive(Debug)]
pub enum Verdict {
    /// As expected.
    Passed,
    /// Otherwise.
    Failed {
        /// How the outcome differs.
        difference: String,
        /// What the file with what is expected would have to hold; none, if it is as expected, or came to another kind of end.
        updated: Option<serde_json::Value>,
        /// What each program wrote during the invocation, and as it started if this was its first.
        logs: Vec<Log>,
    },
}

/// What a program wrote.
#[derive(Debug)]
pub struct Log {
    /// The program's name.
    pub name: String,
    /// What it wrote.
    pub text: String,
}

/// Another program, and what it made of the cases, which the zip must do as well.
struct Reference {
    subject: Subject,
    compares_logs: bool,
    /// For each case, what was sent, and what came of it.
    observations: VecDeque<(Invocation, Observation)>,
}

/// Runs cases on an unpacked zip.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// # use std::{fs::File, io::Write, time::Duration};
/// # let folder = tempfile::tempdir()?;
/// # let zip = folder.path().join("function.zip");
/// # let mut writer = zip::ZipWriter::new(File::create(&zip)?);
/// # writer.start_file("bootstrap", zip::write::SimpleFileOptions::default().unix_permissions(0o755))?;
/// # writer.write_all(b"#!/bin/sh\nexit 3\n")?;
/// # writer.finish()?;
/// use emulator::{
///     compare::{CallContext, Case, Expectation},
///     test::{Runner, Verdict},
/// };
/// use launcher::{Program, Sandbox};
///
/// let sandbox = Sandbox::new(&zip, "index.handler", "provided.al2023", Vec::new())?;
/// let program = Program::of_zip(&sandbox, &zip)?;
/// let mut runner = Runner::new(sandbox, program, Duration::from_secs(20));
/// // The zip's `bootstrap` ends before it asks for an event.
/// let error = [("errorType".to_owned(), "Runtime.ExitError".into())];
/// let case = Case {
///     name: "init-error".to_owned(),
///     event: None,
///     context: CallContext::default(),
///     expectation: Expectation::InitError(error.into_iter().collect()),
/// };
/// assert!(matches!(runner.run(&case).await?, Verdict::Passed));
/// runner.end().await;
/// # Ok(())
/// # }
/// ```
pub struct Runner {
    sandbox: Sandbox,
    zip: Subject,
    reference: Option<Reference>,
    deadline: Duration,
    case_number: usize,
}

impl Runner {
    /// A runner that gives each invocation so much time.
    pub fn new(sandbox: Sandbox, program: Program, deadline: Duration) -> Self {
        Self {
            sandbox,
            zip: Subject::new("the zip".to_owned(), program),
            reference: None,
            deadline,
            case_number: 0,
        }
    }

    /// Runs all cases on another program. From then on, the zip must end each in the same way, and write the same if
    /// `compares_logs`. The other program goes first and ends, since both may listen on the same ports.
    ///
    /// # Errors
    ///
    /// If an event cannot be read, or the other program cannot be started.
    pub async fn same_as(mut self, name: &str, program: Program, compares_logs: bool, cases: &[Case]) -> Result<Self> {
        let mut subject = Subject::new(name.to_owned(), program);
        let mut observations = VecDeque::new();
        for (number, case) in cases.iter().enumerate() {
            let invocation = case.invocation(number, self.deadline)?;
            let observation = subject
                .run(&self.sandbox, invocation.clone())
                .await
                .with_context(|| format!("case {:?} cannot be run on {name}", case.name))?;
            observations.push_back((invocation, observation));
        }
        subject.end().await;
        self.reference = Some(Reference {
            subject,
            compares_logs,
            observations,
        });
        Ok(self)
    }

    /// Ends the zip's process as Lambda does.
    pub async fn end(mut self) {
        self.zip.end().await;
    }

    /// Runs the next case.
    ///
    /// # Errors
    ///
    /// If the event cannot be read, or the zip's process cannot be started.
    pub async fn run(&mut self, case: &Case) -> Result<Verdict> {
        let reference = self.reference.as_mut();
        let next = reference.and_then(|reference| Some((reference.observations.pop_front()?, &*reference)));
        let (invocation, expected) = match next {
            Some(((invocation, observation), reference)) => (invocation, Some((reference, observation))),
            None => (case.invocation(self.case_number, self.deadline)?, None),
        };
        self.case_number += 1;
        let observed = self.zip.run(&self.sandbox, invocation).await?;
        let mut differences = Vec::from_iter(case.expectation.check(&observed.outcome).err());
        let is_expected = differences.is_empty();
        let mut logs = vec![readable(&self.zip, &observed)];
        if let Some((reference, expected)) = expected {
            differences.extend(differences_between(&self.zip, &observed, reference, &expected));
            logs.push(readable(&reference.subject, &expected));
        }
        Ok(if differences.is_empty() {
            Verdict::Passed
        } else {
            Verdict::Failed {
                difference: differences.join("\n"),
                updated: (!is_expected)
                    .then(|| case.expectation.updated(&observed.outcome))
                    .flatten(),
                logs,
            }
        })
    }
}

fn differences_between(
    zip: &Subject,
    observed: &Observation,
    reference: &Reference,
    expected: &Observation,
) -> Vec<String> {
    let (left, right) = (&*reference.subject.name, &*zip.name);
    let mut differences = Vec::new();
    let outcomes = (Labeled(left, &expected.outcome), Labeled(right, &observed.outcome));
    if let Some(difference) = equivalence::difference(outcomes.0, outcomes.1) {
        differences.push(format!("{left} and {right} do not end in the same way:\n{difference}"));
    }
    if reference.compares_logs {
        let expected = log::normalize(&expected.log, reference.subject.is_python());
        let log = log::normalize(&observed.log, zip.is_python());
        if let Some(difference) = diff::lines(Labeled(left, &expected), Labeled(right, &log)) {
            differences.push(format!("{left} and {right} do not write the same:\n{difference}"));
        }
    }
    differences
}

fn readable(subject: &Subject, observation: &Observation) -> Log {
    Log {
        name: subject.name.clone(),
        // The runtime client for Python ends the lines of an error by a carriage return.
        text: observation.log.replace("\r\n", "\n").replace('\r', "\n"),
    }
}
