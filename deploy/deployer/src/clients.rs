//! AWS's services, in the account and Region that are meant.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig, tls};
use tokio::sync::OnceCell;

use crate::{
    cli::Cli,
    failure::{Failure, REFUSED, aws, region_or_failure},
};

/// Clients that share credentials, and connections.
pub(crate) struct Clients {
    pub(crate) region: String,
    pub(crate) cloudformation: aws_sdk_cloudformation::Client,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    sts: aws_sdk_sts::Client,
    pub(crate) xray: aws_sdk_xray::Client,
    identity: OnceCell<Identity>,
    profile: Option<String>,
}

/// Whose the credentials are.
pub(crate) struct Identity {
    /// The account's number.
    pub(crate) account: String,
    /// The partition of AWS that it is in, such as `aws` or `aws-cn`.
    pub(crate) partition: String,
}

impl Clients {
    /// Finds the Region and the credentials as AWS's own tools do.
    pub(crate) async fn connect(cli: &Cli, edge: bool) -> Result<Self, Failure> {
        let http = Builder::new().build_with_connector_fn(|settings, components| {
            // As AWS's own tools, by HTTPS_PROXY and NO_PROXY.
            let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
            connector.set_connector_settings(settings.cloned());
            if let Some(components) = components {
                connector.set_sleep_impl(components.sleep_impl());
            }
            connector
                .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                .build()
        });
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
            identity: OnceCell::new(),
            profile: cli.profile.clone(),
            region,
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sts: aws_sdk_sts::Client::new(&config),
            xray: aws_sdk_xray::Client::new(&config),
        })
    }

    /// A function's configuration; `None` where there is none, or the credentials may not see it: neither is in the way of a deployment.
    pub(crate) async fn function(&self, name: &str) -> Result<Option<GetFunctionConfigurationOutput>, Failure> {
        let asked = self
            .lambda
            .get_function_configuration()
            .function_name(name)
            .send()
            .await;
        match asked.map_err(aws(&format!("the function {name} can't be read"))) {
            Ok(configuration) => Ok(Some(configuration)),
            Err(failure) if failure.is("ResourceNotFoundException") || failure.is_denied() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Whose the credentials are; AWS is asked once.
    pub(crate) async fn identity(&self) -> Result<&Identity, Failure> {
        let identity = self.identity.get_or_try_init(|| async {
            let asked = self.sts.get_caller_identity().send().await;
            let caller = asked.map_err(aws("AWS can't be asked whose credentials these are"));
            let caller = caller.map_err(|mut failure| {
                if let Some(profile) = self.profile.as_ref().filter(|_| failure.exit_code == REFUSED) {
                    failure.message += &format!(
                        "\nthe profile is to be {profile}: `aws configure list-profiles` shows which there are"
                    );
                }
                failure
            })?;
            let partition = caller.arn().and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws");
            Ok(Identity {
                partition: partition.to_owned(),
                account: caller.account.unwrap_or_default(),
            })
        });
        identity.await
    }
}
