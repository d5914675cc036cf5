//! Renders the CloudFormation template of a zip's functions.
//!
//! What a `lambda_deploy` target says comes in as [`Settings`], is checked against Lambda's limits, and becomes resources: for each
//! function itself, its role, its log group, and what its settings ask for besides. Nothing here talks to AWS.

#![forbid(unsafe_code)]

mod archive;
mod arn;
mod asynchronous;
mod check;
mod command;
mod event_source;
mod function;
mod layer;
mod names;
mod patch;
mod reading;
mod role;
mod settings;
mod stack;

pub use archive::Archive;
pub use command::TemplateArgs;
pub use patch::merge_patch;
pub use settings::{
    EventSource, FunctionSettings, LayerSettings, LoadBalancerSettings, QueueSettings, SchedulerSettings, Settings,
    StreamSettings, TopicSettings, UrlAuthorization,
};
pub use stack::render;
