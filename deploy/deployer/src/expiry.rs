//! Zips in the deployer's own bucket that nothing needs any longer.
//!
//! A lifecycle rule can't tell them: it counts from the upload, and what a stack still runs may be older than any rule; if
//! CloudFormation had to take an update of such a stack back, the zip would be gone. So it is done as `cdk gc` does it: what no
//! stack's parameters or template name is removed, a while after it was last needed.
//!
//! Stacks that are only planned have no template yet. Those of the deployer's own need nothing that is old: what it finds in the
//! bucket and uses again is renewed first.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudformation::types::{Parameter, Stack};
use aws_sdk_s3::primitives::DateTime;
use stack_metadata::CODE_BUCKET;

use crate::{
    bucket::{self, is_template, renew},
    clients::Clients,
    failure::{Failure, aws},
    report::progress,
    stack::{self, Condition},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long what no stack needs is kept.
const KEPT: Duration = DAY.saturating_mul(30);

/// The zips that a stack was deployed with before.
#[derive(Default)]
pub(crate) struct Former {
    keys: Vec<String>,
}

impl Former {
    /// Those of a stack, before it is changed.
    pub(crate) fn of(stack: &Stack, template: &str) -> Self {
        let mut keys = zips_in(template);
        keys.extend(parameters(stack).filter(|value| is_zip(value)).map(str::to_owned));
        Self { keys }
    }

    /// From now on they are kept for a while, however long they were in use.
    async fn renew(&self, clients: &Clients, bucket: &str, current: &[String]) -> Result<(), Failure> {
        for key in self.keys.iter().filter(|key| !current.contains(key)) {
            match renew(clients, bucket, key).await {
                // What is gone already can't be kept.
                Err(failure) if failure.is("NoSuchKey") => {}
                // What can't be renewed would be among what is removed.
                other => other?,
            }
        }
        Ok(())
    }
}

/// Whether what was uploaded then may soon be removed, if no stack needs it.
pub(crate) fn is_ageing(uploaded: &DateTime) -> bool {
    age(uploaded) > KEPT / 2
}

fn age(uploaded: &DateTime) -> Duration {
    let uploaded = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(uploaded.secs()).unwrap_or_default());
    // One of the future is new.
    SystemTime::now().duration_since(uploaded).unwrap_or_default()
}

/// Removes what no stack needs any longer, after a deployment that has succeeded. That is told of, and fails nothing.
pub(crate) async fn tidy(clients: &Clients, bucket: &str, former: &Former, current: &[String]) {
    let removed = async {
        former.renew(clients, bucket, current).await?;
        remove_unneeded(clients, bucket).await
    };
    match removed.await {
        Ok(0) => {}
        Ok(count) => progress(&format!(
            "removed from s3://{bucket}: {count} {}, which no stack needed for {} days",
            if count == 1 { "object" } else { "objects" },
            KEPT.as_secs() / DAY.as_secs()
        )),
        Err(failure) if failure.is_denied() => {
            progress(&format!(
                "note: old zips stay in s3://{bucket}, as these credentials may not look for them (s3:ListBucket, s3:GetObject, \
                 s3:PutObject and s3:DeleteObject; cloudformation:DescribeStacks and cloudformation:GetTemplate, of all stacks)"
            ));
        }
        Err(failure) => progress(&format!("note: old zips stay in s3://{bucket}: {}", failure.message)),
    }
}

/// Returns how many there were.
async fn remove_unneeded(clients: &Clients, bucket: &str) -> Result<usize, Failure> {
    let mut old = old(clients, bucket).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let stacks: Vec<_> = clients
        .cloudformation
        .describe_stacks()
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(aws("the stacks can't be listed"))?;
    let (users, others): (Vec<_>, Vec<_>) = stacks.iter().partition(|stack| uses(stack, bucket));
    if let Some(stack) = users.iter().find(|stack| may_go_back(stack::status(stack))) {
        return Err(Failure::new(format!(
            "the stack {} is in {}, and CloudFormation may go back to one of them",
            stack.stack_name().unwrap_or_default(),
            stack::status(stack)
        )));
    }
    old.retain(|key| {
        let mut values = stacks.iter().flat_map(parameters);
        values.all(|value| !value.contains(&**key))
    });
    // Those of layers are in templates alone; those that other tools deploy may be, too. The former come first: what they leave is
    // seldom more than nothing, and then an account's other templates need not be read.
    for stack in users.into_iter().chain(others) {
        if old.is_empty() {
            break;
        }
        // It has no template yet.
        if stack::condition(stack::status(stack)) == Condition::Absent {
            continue;
        }
        let template = stack::template(clients, stack::id(stack)).await?;
        old.retain(|key| !template.contains(&**key));
    }
    let mut count = 0;
    for key in &old {
        // Another deployment may have come to need it meanwhile.
        if bucket::uploaded(clients, bucket, key)
            .await?
            .is_some_and(|time| age(&time) > KEPT)
        {
            bucket::remove(clients, bucket, key).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// Whether the zips of a stack are in a bucket, or were before what CloudFormation does just now: then it is said to be another.
fn uses(stack: &Stack, bucket: &str) -> bool {
    let is_ours = |parameter: &Parameter| parameter.parameter_key() == Some(CODE_BUCKET);
    stack.parameters().iter().any(is_ours) || parameters(stack).any(|value| value == bucket)
}

/// The deployer's objects that are there for long.
async fn old(clients: &Clients, bucket: &str) -> Result<Vec<String>, Failure> {
    let mut pages = clients
        .s3
        .list_objects_v2()
        .bucket(bucket)
        .expected_bucket_owner(&clients.identity().await?.account)
        .into_paginator()
        .send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        for object in page.map_err(aws("the bucket can't be listed"))?.contents() {
            let is_old = object.last_modified().is_some_and(|time| age(time) > KEPT);
            let is_ours = |key: &&str| is_zip(key) || is_template(key);
            if let Some(key) = object.key().filter(is_ours).filter(|_| is_old) {
                keys.push(key.to_owned());
            }
        }
    }
    Ok(keys)
}

fn parameters(stack: &Stack) -> impl Iterator<Item = &str> {
    stack
        .parameters()
        .iter()
        // The latter is what the name of an SSM parameter stands for.
        .flat_map(|parameter| [parameter.parameter_value(), parameter.resolved_value()])
        .flatten()
}

/// Whether CloudFormation may need what a stack had before: it does not tell which zips that are.
fn may_go_back(status: &str) -> bool {
    // What is left to do then is to remove what was replaced.
    let is_complete = status == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS";
    status == "UPDATE_FAILED" || matches!(stack::condition(status), Condition::Busy | Condition::Stuck) && !is_complete
}

/// Whether it is the key of a zip, which is a digest.
fn is_zip(key: &str) -> bool {
    let digest = key.strip_suffix(".zip").unwrap_or_default();
    digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The keys of zips that a template names.
fn zips_in(template: &str) -> Vec<String> {
    template
        .split('"')
        .filter(|text| is_zip(text))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zips_are_told_by_their_digests() {
        let zip = format!("{}.zip", "0a".repeat(32));
        assert!(is_zip(&zip));
        for other in ["site.zip", "0a.zip", "notes.txt", ""] {
            assert!(!is_zip(other), "{other}");
        }
        assert_eq!(zips_in(&format!(r#"{{"S3Key": "{zip}", "Name": "site.zip"}}"#)), [zip]);
    }

    #[test]
    fn a_stack_that_may_go_back_holds_everything() {
        for status in ["UPDATE_IN_PROGRESS", "UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED"] {
            assert!(may_go_back(status), "{status}");
        }
        for status in [
            "UPDATE_COMPLETE",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "REVIEW_IN_PROGRESS",
            "UPDATE_ROLLBACK_COMPLETE",
        ] {
            assert!(!may_go_back(status), "{status}");
        }
    }

    #[test]
    fn what_is_reused_is_renewed_well_before_it_may_be_removed() {
        let days_ago = |days: u32| DateTime::from(SystemTime::now() - DAY * days);
        assert!(!is_ageing(&days_ago(14)) && is_ageing(&days_ago(16)));
        assert!(age(&days_ago(29)) < KEPT && age(&days_ago(31)) > KEPT);
    }
}
