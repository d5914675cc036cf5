//! Speaks TLS 1.3 with a server on loopback, whose certificate it makes as it starts: rustls, with ring's cryptography.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use serde_json::{json, Value};

/// Answers each connection with what it says, in capitals.
fn serve(listener: &TcpListener, config: &Arc<ServerConfig>) -> Result<(), Error> {
    for stream in listener.incoming() {
        let mut tls = StreamOwned::new(ServerConnection::new(config.clone())?, stream?);
        let mut said = String::new();
        tls.read_to_string(&mut said)?;
        tls.write_all(said.to_uppercase().as_bytes())?;
        tls.conn.send_close_notify();
        tls.flush()?;
    }
    Ok(())
}

fn ask(server: SocketAddr, config: &Arc<ClientConfig>, words: &str) -> Result<Value, Error> {
    let connection = ClientConnection::new(config.clone(), ServerName::try_from("localhost")?)?;
    let mut tls = StreamOwned::new(connection, TcpStream::connect(server)?);
    tls.write_all(words.as_bytes())?;
    tls.conn.send_close_notify();
    let mut answer = String::new();
    tls.read_to_string(&mut answer)?;
    let suite = tls
        .conn
        .negotiated_cipher_suite()
        .map(|suite| format!("{:?}", suite.suite()));
    let version = tls.conn.protocol_version().map(|version| format!("{version:?}"));
    Ok(json!({ "answer": answer, "cipher_suite": suite, "version": version }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let provider = Arc::new(ring::default_provider());
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate: CertificateDer = made.cert.into();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());

    let server = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = Arc::new(server);
    thread::spawn(move || {
        if let Err(error) = serve(&listener, &server) {
            eprintln!("the server ended: {error}");
        }
    });

    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = &Arc::new(client);
    run(service_fn(|event: LambdaEvent<String>| async move {
        ask(address, client, &event.payload)
    }))
    .await
}
