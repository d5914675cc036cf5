//! The bucket that zips are uploaded to.

use aws_sdk_s3::{
    primitives::{ByteStream, DateTime},
    types::{
        BucketLocationConstraint, ChecksumAlgorithm, CreateBucketConfiguration, MetadataDirective,
        PublicAccessBlockConfiguration,
    },
};

use crate::{
    change_set,
    clients::Clients,
    expiry,
    failure::{Failure, REFUSED, aws, status},
    package::{Archive, Package},
    report::progress,
    stack::POLL,
};

/// How often a bucket is tried to be made that S3 is busy with.
const ATTEMPTS: u32 = 15;

/// Uploads the zips that are not there; returns the bucket's name.
pub(crate) async fn upload(clients: &Clients, package: &Package, given: Option<&str>) -> Result<String, Failure> {
    let account = &clients.identity().await?.account;
    let bucket = name(clients, given).await?;
    if given.is_none() {
        make(clients, &bucket).await?;
    }
    // It may be named, too.
    let is_tidied = bucket == name(clients, None).await?;
    for archive in package.archives() {
        upload_one(clients, &bucket, is_tidied, account, archive).await?;
    }
    Ok(bucket)
}

/// Uploads a zip, if it is not there. Its key is its digest, so what is there is what would be uploaded.
///
/// What is there stays as it is, unless deployments tidy the bucket up: one of another's own may be for reading alone.
async fn upload_one(
    clients: &Clients,
    bucket: &str,
    is_tidied: bool,
    account: &str,
    archive: &Archive,
) -> Result<(), Failure> {
    let (s3, key) = (&clients.s3, archive.key());
    let head = s3
        .head_object()
        .bucket(bucket)
        .key(&key)
        .expected_bucket_owner(account)
        .send()
        .await;
    match head {
        Ok(found) => {
            // Another deployment may be about to remove what was not needed for long.
            let is_ageing = is_tidied && found.last_modified().is_some_and(expiry::is_ageing);
            if !is_ageing || renew(clients, bucket, &key).await.is_ok() {
                return Ok(());
            }
        }
        Err(error) if status(&error) == Some(404) => {}
        Err(error) if status(&error) == Some(403) => {
            return Err(Failure::with_code(
                format!(
                    "the bucket {bucket} is another account's, or these credentials may not read it (s3:GetObject, s3:ListBucket): \
                     the stack's account is {account}"
                ),
                REFUSED,
            ));
        }
        Err(error) => return Err(aws("the bucket can't be read")(error)),
    }
    let size = std::fs::metadata(&archive.path)
        .map(|metadata| metadata.len())
        .unwrap_or_default();
    progress(&format!("uploading {size} bytes to s3://{bucket}/{key}"));
    let body = ByteStream::from_path(&archive.path)
        .await
        .map_err(|error| Failure::new(format!("{} can't be read: {error}", archive.path.display())))?;
    s3.put_object()
        .bucket(bucket)
        .key(&key)
        .expected_bucket_owner(account)
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .checksum_sha256(&archive.sha256_base64)
        .body(body)
        .send()
        .await
        .map_err(aws(&format!(
            "the zip can't be uploaded to the bucket {bucket}, which has to be there, in {}",
            clients.region
        )))?;
    Ok(())
}

/// Makes an object one of now, as if it had been uploaded again.
pub(crate) async fn renew(clients: &Clients, bucket: &str, key: &str) -> Result<(), Failure> {
    let account = &clients.identity().await?.account;
    clients
        .s3
        .copy_object()
        .bucket(bucket)
        .key(key)
        .copy_source(format!("{bucket}/{key}"))
        .expected_bucket_owner(account)
        .expected_source_bucket_owner(account)
        // An object is copied onto itself only where something changes.
        .metadata_directive(MetadataDirective::Replace)
        .send()
        .await
        .map_err(aws(&format!("s3://{bucket}/{key} can't be renewed")))?;
    Ok(())
}

/// When an object was uploaded, or renewed; `None` if it is not there.
pub(crate) async fn uploaded(clients: &Clients, bucket: &str, key: &str) -> Result<Option<DateTime>, Failure> {
    let head = clients
        .s3
        .head_object()
        .bucket(bucket)
        .key(key)
        .expected_bucket_owner(&clients.identity().await?.account)
        .send()
        .await;
    match head {
        Ok(found) => Ok(found.last_modified),
        Err(error) if status(&error) == Some(404) => Ok(None),
        Err(error) => Err(aws(&format!("s3://{bucket}/{key} can't be looked at"))(error)),
    }
}

/// Removes an object, if it is there.
pub(crate) async fn remove(clients: &Clients, bucket: &str, key: &str) -> Result<(), Failure> {
    let removed = clients
        .s3
        .delete_object()
        .bucket(bucket)
        .key(key)
        .expected_bucket_owner(&clients.identity().await?.account)
        .send()
        .await;
    removed
        .map(drop)
        .map_err(aws(&format!("s3://{bucket}/{key} can't be removed")))
}

/// What the key of a template ends with.
const TEMPLATE_SUFFIX: &str = ".template.json";

/// Whether it is the key of a [`TemplateObject`]: those of other tools end so, too.
pub(crate) fn is_template(key: &str) -> bool {
    key.strip_suffix(TEMPLATE_SUFFIX).is_some_and(change_set::is_own)
}

/// A template that is in a bucket for as long as its changes are computed.
#[derive(Clone, Debug)]
pub(crate) struct TemplateObject {
    bucket: String,
    key: String,
}

impl TemplateObject {
    /// That of a change set, which has its own, so that no other run removes it.
    pub(crate) fn new(bucket: &str, change_set: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            key: format!("{change_set}{TEMPLATE_SUFFIX}"),
        }
    }
}

/// Uploads a template; returns its address, as CloudFormation takes it.
pub(crate) async fn upload_template(clients: &Clients, object: &TemplateObject, body: &str) -> Result<String, Failure> {
    let TemplateObject { bucket, key } = object;
    let identity = clients.identity().await?;
    progress(&format!(
        "uploading the template, of {} bytes, to s3://{bucket}/{key}",
        body.len()
    ));
    clients
        .s3
        .put_object()
        .bucket(bucket)
        .key(key)
        .expected_bucket_owner(&identity.account)
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .body(ByteStream::from(body.as_bytes().to_vec()))
        .send()
        .await
        .map_err(aws(&format!(
            "the template can't be uploaded to the bucket {bucket}, which has to be there, in {}",
            clients.region
        )))?;
    let suffix = match &*identity.partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    Ok(format!("https://{bucket}.s3.{}.{suffix}/{key}", clients.region))
}

/// Removes a template once its changes are computed. What can't be removed is told of, and in the way of nothing.
pub(crate) async fn remove_template(clients: &Clients, object: &TemplateObject) {
    let TemplateObject { bucket, key } = object;
    match remove(clients, bucket, key).await {
        Err(failure) if !failure.is("NoSuchBucket") => progress(&format!("warning: {}", failure.message)),
        _ => {}
    }
}

/// Whether the bucket is there, and this account's.
pub(crate) async fn is_there(clients: &Clients, bucket: &str) -> Result<bool, Failure> {
    let account = &clients.identity().await?.account;
    let head = clients
        .s3
        .head_bucket()
        .bucket(bucket)
        .expected_bucket_owner(account)
        .send()
        .await;
    match head {
        Ok(_) => Ok(true),
        Err(error) if status(&error) == Some(404) => Ok(false),
        Err(error) if status(&error) == Some(403) => Err(Failure::with_code(
            format!(
                "the bucket {bucket} is another account's, or these credentials may not use it (s3:ListBucket): name one of yours \
                 with `--bucket`"
            ),
            REFUSED,
        )),
        Err(error) => Err(aws(&format!("the bucket {bucket} can't be looked for"))(error)),
    }
}

/// The name of the bucket: one that is given, or that of the account and Region.
pub(crate) async fn name(clients: &Clients, given: Option<&str>) -> Result<String, Failure> {
    match given {
        Some(name) => Ok(name.to_owned()),
        None => Ok(format!(
            "rules-rust-lambda-{}-{}",
            clients.identity().await?.account,
            clients.region
        )),
    }
}

/// Makes the bucket of the account and Region, and closes it to the public, if that is not done.
async fn make(clients: &Clients, name: &str) -> Result<(), Failure> {
    let account = &clients.identity().await?.account;
    let s3 = &clients.s3;
    let mut attempt = 1;
    while !is_there(clients, name).await? {
        progress(&format!("making the bucket {name}"));
        let mut create = s3.create_bucket().bucket(name);
        // The oldest Region is the one that can't be named.
        if clients.region != "us-east-1" {
            create = create.create_bucket_configuration(
                CreateBucketConfiguration::builder()
                    .location_constraint(BucketLocationConstraint::from(&*clients.region))
                    .build(),
            );
        }
        let created = create.send().await;
        match created.map_err(aws(&format!("the bucket {name} can't be made"))) {
            // Another deployment makes it just now, or it was deleted a while ago.
            Err(failure) if failure.is("OperationAborted") && attempt < ATTEMPTS => {
                attempt += 1;
                tokio::time::sleep(POLL).await;
            }
            Err(failure) if failure.is("BucketAlreadyOwnedByYou") => break,
            Err(failure) => return Err(failure),
            Ok(_) => break,
        }
    }
    // The policy is set last, so where it is, all is.
    let policy = s3
        .get_bucket_policy()
        .bucket(name)
        .expected_bucket_owner(account)
        .send()
        .await;
    match policy.map_err(aws(&format!("the policy of the bucket {name} can't be read"))) {
        Err(failure) if failure.is("NoSuchBucketPolicy") => secure(clients, name, account).await,
        other => other.map(drop),
    }
}

async fn secure(clients: &Clients, name: &str, owner: &str) -> Result<(), Failure> {
    let s3 = &clients.s3;
    let doing = format!("the bucket {name} can't be secured");
    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(true)
        .build();
    s3.put_public_access_block()
        .bucket(name)
        .expected_bucket_owner(owner)
        .public_access_block_configuration(block)
        .send()
        .await
        .map_err(aws(&doing))?;
    let partition = &clients.identity().await?.partition;
    let bucket = format!("arn:{partition}:s3:::{name}");
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "OnlyEncryptedConnections",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, format!("{bucket}/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }],
    });
    s3.put_bucket_policy()
        .bucket(name)
        .expected_bucket_owner(owner)
        .policy(policy.to_string())
        .send()
        .await
        .map_err(aws(&doing))?;
    Ok(())
}
