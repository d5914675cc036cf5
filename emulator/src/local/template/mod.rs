//! The event sources of a CloudFormation template, as `lambda_template` renders it: what of them can be served, and an example event of the
//! others.

mod api;
mod resources;
mod route;
mod service;
mod source;
mod unserved;

use anyhow::{Context, Result};

pub(super) use api::{Api, ApiKind, Authorization, Cors, Stage};
pub(super) use route::{Format, Route, find};
pub(super) use source::Source;

use super::args::LocalArgs;
use crate::json_file::read_json;
use resources::Resources;

/// What a template has that is of use here.
#[derive(Debug, Default)]
pub(super) struct Template {
    pub apis: Vec<Api>,
    pub sources: Vec<Source>,
    /// What else sends events, in a line each.
    pub unserved: Vec<String>,
}

impl Template {
    /// Reads the template that the arguments name, if they name any.
    pub fn load(args: &LocalArgs) -> Result<Self> {
        let Some(path) = &args.template else {
            return Ok(Self::default());
        };
        let template = read_json(path)?;
        let resources = Resources::new(&template, &args.handlers)
            .with_context(|| format!("the event sources of {} cannot be served", path.display()))?;
        let (apis, sources) = (api::all(&resources), source::all(&resources));
        let unserved = unserved::all(&resources, &apis, &sources);
        Ok(Self {
            apis,
            sources,
            unserved,
        })
    }

    /// The source of a name.
    pub fn source(&self, name: &str) -> Result<&Source> {
        self.sources
            .iter()
            .find(|source| source.name == name)
            .with_context(|| match &*self.sources {
                [] => "the template has no event source to send an event of, or none is given: set `template` of lambda_local".to_owned(),
                sources => {
                    let names: Vec<_> = sources.iter().map(|source| &*source.name).collect();
                    format!("there is no event source {name:?}: give --source one of {}", names.join(", "))
                }
            })
    }
}
