//! AWS's services, in the account and Region that are meant.

use aws_config::{BehaviorVersion, Region};
use aws_smithy_http_client::{Builder, tls};
use tokio::sync::OnceCell;

use crate::{
    cli::Cli,
    failure::{Failure, aws, region_or_failure},
};

/// Clients that share credentials, and connections.
pub(crate) struct Clients {
    pub(crate) region: String,
    pub(crate) cloudformation: aws_sdk_cloudformation::Client,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    sts: aws_sdk_sts::Client,
    account: OnceCell<String>,
}

impl Clients {
    /// Finds the Region and the credentials as AWS's own tools do.
    pub(crate) async fn connect(cli: &Cli, edge: bool) -> Result<Self, Failure> {
        let http = Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
        if let Some(profile) = &cli.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &cli.region {
            loader = loader.region(Region::new(region.clone()));
        } else if edge {
            loader = loader.region(Region::from_static("us-east-1"));
        }
        let config = loader.load().await;
        let region = region_or_failure(config.region())?;
        if edge && region != "us-east-1" {
            return Err(Failure::with_code(
                format!("functions of Lambda@Edge live in us-east-1, not in {region}: take the Region out"),
                2,
            ));
        }
        // Addresses on loopback have no name for each bucket.
        let path_style =
            std::env::var_os("AWS_ENDPOINT_URL").is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(path_style)
            .build();
        Ok(Self {
            account: OnceCell::new(),
            region,
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sts: aws_sdk_sts::Client::new(&config),
        })
    }

    /// The account of the credentials, by its number.
    pub(crate) async fn account(&self) -> Result<&str, Failure> {
        let account = self.account.get_or_try_init(|| async {
            let asked = self.sts.get_caller_identity().send().await;
            let identity = asked.map_err(aws("AWS can't be asked whose credentials these are"))?;
            Ok(identity.account.unwrap_or_default())
        });
        account.await.map(String::as_str)
    }
}
