//! The server that programs ask for items of a table, over TLS.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use anyhow::{Context, Result};
use bench::workloads::table;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    ServerConfig, ServerConnection, StreamOwned,
};
use tempfile::NamedTempFile;

/// A server on loopback, on threads of its own, for as long as this process lives.
pub struct TlsServer {
    address: SocketAddr,
    authority: NamedTempFile,
}

impl TlsServer {
    /// Starts it with a new certificate, on the cores that this thread may use.
    ///
    /// # Errors
    ///
    /// If there is no port or file for it.
    pub fn start() -> Result<Self> {
        let (config, authority) = certified().context("cannot make a certificate")?;
        let file = NamedTempFile::new().context("cannot make a file for the certificate")?;
        fs::write(file.path(), authority).context("cannot write the certificate")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr().context("cannot tell the port that was bound")?;
        let config = Arc::new(config);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let config = config.clone();
                thread::spawn(move || {
                    if let Err(error) = converse(stream, config) {
                        eprintln!("the table's server: {error:#}");
                    }
                });
            }
        });
        Ok(Self {
            address,
            authority: file,
        })
    }

    /// What tells programs where it is, and whom to trust.
    pub fn variables(&self) -> Vec<(String, String)> {
        let authority = self.authority.path().to_string_lossy().into_owned();
        vec![
            ("TABLES_CA_FILE".to_owned(), authority),
            ("TABLES_ENDPOINT".to_owned(), format!("https://{}/", self.address)),
        ]
    }
}

fn converse(stream: TcpStream, config: Arc<ServerConfig>) -> Result<()> {
    stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
    let connection = ServerConnection::new(config).context("cannot start TLS")?;
    table::serve(&mut StreamOwned::new(connection, stream))
}

/// A certificate for loopback, by an authority of its own, whose certificate is told as PEM: what Python takes for trusted from 3.13 on
/// has all that is set here.
fn certified() -> Result<(ServerConfig, String)> {
    let mut authority = CertificateParams::default();
    authority
        .distinguished_name
        .push(DnType::CommonName, "the benchmark's authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let mut own = CertificateParams::new(["127.0.0.1".to_owned()])?;
    own.distinguished_name.push(DnType::CommonName, "the benchmark's table");
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    own.use_authority_key_identifier_extension = true;
    let own_key = KeyPair::generate()?;
    let certificate: CertificateDer = own.signed_by(&own_key, &Issuer::new(authority, authority_key))?.into();
    let key = PrivatePkcs8KeyDer::from(own_key.serialize_der());
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())?;
    Ok((config, authority_pem))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use rustls::{
        pki_types::{pem::PemObject, ServerName},
        ClientConfig, ClientConnection, RootCertStore,
    };

    use super::*;

    #[test]
    fn who_trusts_its_authority_gets_an_item() {
        let server = TlsServer::start().unwrap();
        let [(_, authority), (_, endpoint)] = server.variables().try_into().unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connection = ClientConnection::new(config.into(), ServerName::try_from("127.0.0.1").unwrap()).unwrap();
        let address = endpoint.trim_start_matches("https://").trim_end_matches('/');
        let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
        let body = r#"{"TableName":"orders","Key":{"id":{"S":"order-7"}}}"#;
        let request = format!(
            "POST / HTTP/1.1\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = [0; 4096];
        let read = stream.read(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]);
        assert!(
            answer.starts_with("HTTP/1.1 200 OK") && answer.contains("order-7"),
            "{answer}"
        );
    }
}
