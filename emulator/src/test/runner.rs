//! Runs cases on an unpacked zip, which may have to do the same as another program.

use std::{collections::VecDeque, time::Duration};

use anyhow::{Context, Result};

use crate::{
    Case, Invocation, Program, Sandbox,
    diff::{self, Named},
    log, same,
    side::{Run, Side},
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

/// What another program made of the cases, which the zip must do as well.
struct Model {
    side: Side,
    compares_logs: bool,
    /// For each case, what was sent, and what came of it.
    runs: VecDeque<(Invocation, Run)>,
}

/// Runs cases on an unpacked zip.
pub struct Runner {
    sandbox: Sandbox,
    zip: Side,
    model: Option<Model>,
    deadline: Duration,
    case_number: usize,
}

impl Runner {
    /// A runner that gives each invocation so much time.
    pub fn new(sandbox: Sandbox, program: Program, deadline: Duration) -> Self {
        Self {
            sandbox,
            zip: Side::new("the zip".to_owned(), program),
            model: None,
            deadline,
            case_number: 0,
        }
    }

    /// Runs all cases on another program. From then on, the zip must end each in the same way, and write the same if
    /// `compares_logs`. The other program goes first and ends, since both may listen on the same ports.
    pub async fn same_as(mut self, name: &str, program: Program, compares_logs: bool, cases: &[Case]) -> Result<Self> {
        let mut side = Side::new(name.to_owned(), program);
        let mut runs = VecDeque::new();
        for (number, case) in cases.iter().enumerate() {
            let invocation = case.invocation(number, self.deadline)?;
            let run = side
                .run(&self.sandbox, invocation.clone())
                .await
                .with_context(|| format!("case {:?} cannot be run on {name}", case.name))?;
            runs.push_back((invocation, run));
        }
        side.end().await;
        self.model = Some(Model {
            side,
            compares_logs,
            runs,
        });
        Ok(self)
    }

    /// Ends the zip's process as Lambda does.
    pub async fn end(mut self) {
        self.zip.end().await;
    }

    /// Runs the next case.
    pub async fn run(&mut self, case: &Case) -> Result<Verdict> {
        let model = self.model.as_mut();
        let (model, invocation) = match model.and_then(|model| Some((model.runs.pop_front()?, &*model))) {
            Some(((invocation, run), model)) => (Some((model, run)), invocation),
            None => (None, case.invocation(self.case_number, self.deadline)?),
        };
        self.case_number += 1;
        let run = self.zip.run(&self.sandbox, invocation).await?;
        let mut differences = Vec::from_iter(case.expectation.check(&run.outcome).err());
        let mut logs = vec![readable(&self.zip, &run)];
        if let Some((model, model_run)) = model {
            differences.extend(differences_between(&self.zip, &run, model, &model_run));
            logs.push(readable(&model.side, &model_run));
        }
        Ok(if differences.is_empty() {
            Verdict::Passed
        } else {
            Verdict::Failed {
                difference: differences.join("\n"),
                logs,
            }
        })
    }
}

fn differences_between(zip: &Side, run: &Run, model: &Model, model_run: &Run) -> Vec<String> {
    let (left, right) = (&*model.side.name, &*zip.name);
    let mut differences = Vec::new();
    if let Some(difference) = same::difference(Named(left, &model_run.outcome), Named(right, &run.outcome)) {
        differences.push(format!("{left} and {right} do not end in the same way:\n{difference}"));
    }
    if model.compares_logs {
        let log = log::normalize(&run.log, zip.is_python());
        let model_log = log::normalize(&model_run.log, model.side.is_python());
        if let Some(difference) = diff::lines(Named(left, &model_log), Named(right, &log)) {
            differences.push(format!("{left} and {right} do not write the same:\n{difference}"));
        }
    }
    differences
}

fn readable(side: &Side, run: &Run) -> Log {
    Log {
        name: side.name.clone(),
        // The runtime client for Python ends the lines of an error by a carriage return.
        text: run.log.replace("\r\n", "\n").replace('\r', "\n"),
    }
}
