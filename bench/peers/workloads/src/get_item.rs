//! Gets an item of a table over TLS, by DynamoDB's protocol without its signature, and over one connection for as long as it lives.

use std::env;

use http_body_util::{BodyExt, Full};
use hyper::{body::Bytes, Request};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{connect::HttpConnector, Client},
    rt::TokioExecutor,
};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use rustls::{
    crypto::ring,
    pki_types::{pem::PemObject, CertificateDer},
    ClientConfig, RootCertStore,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize)]
struct Event {
    table: String,
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    item: Item,
}

#[derive(Deserialize)]
struct Item {
    id: Text,
    city: Text,
    total_cents: Number,
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    value: String,
}

#[derive(Deserialize)]
struct Number {
    #[serde(rename = "N")]
    value: String,
}

#[derive(Serialize)]
struct Answer {
    id: String,
    city: String,
    total_cents: u64,
}

struct Tables {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    endpoint: String,
}

impl Tables {
    fn from_environment() -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(env::var("TABLES_CA_FILE")?)? {
            roots.add(certificate?)?;
        }
        let config = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_only()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            endpoint: env::var("TABLES_ENDPOINT")?,
        })
    }

    async fn get_item(&self, table: &str, id: &str) -> Result<Item, Error> {
        let body = json!({"TableName": table, "Key": {"id": {"S": id}}});
        let request = Request::post(&self.endpoint)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.GetItem")
            .body(Full::from(body.to_string()))?;
        let response = self.client.request(request).await?;
        if !response.status().is_success() {
            return Err(format!("the table answered {}", response.status()).into());
        }
        let body = response.into_body().collect().await?.to_bytes();
        Ok(serde_json::from_slice::<Found>(&body)?.item)
    }
}

async fn handler(tables: &Tables, event: LambdaEvent<Event>) -> Result<Answer, Error> {
    let item = tables.get_item(&event.payload.table, &event.payload.id).await?;
    Ok(Answer {
        id: item.id.value,
        city: item.city.value,
        total_cents: item.total_cents.value.parse()?,
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let tables = Tables::from_environment()?;
    run(service_fn(|event| handler(&tables, event))).await
}
