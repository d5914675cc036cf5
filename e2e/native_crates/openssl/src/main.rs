//! Hashes, encrypts and signs with OpenSSL.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use openssl::{
    hash::{hash, MessageDigest},
    pkey::PKey,
    sign::{Signer, Verifier},
    symm::{encrypt_aead, Cipher},
};
use serde_json::{json, Value};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn answer(event: &Value) -> Result<Value, Error> {
    let text = event["text"].as_str().ok_or("no text")?.as_bytes();
    let mut tag = [0; 16];
    let mut sealed = encrypt_aead(Cipher::aes_256_gcm(), &[7; 32], Some(&[9; 12]), &[], text, &mut tag)?;
    sealed.extend(tag);
    let key = PKey::private_key_from_raw_bytes(&[1; 32], openssl::pkey::Id::ED25519)?;
    let signature = Signer::new_without_digest(&key)?.sign_oneshot_to_vec(text)?;
    Ok(json!({
        "aes_256_gcm": hex(&sealed),
        "ed25519": hex(&signature),
        "forged": Verifier::new_without_digest(&key)?.verify_oneshot(&signature, b"another text")?,
        "sha3_256": hex(&hash(MessageDigest::sha3_256(), text)?),
        "sha_256": hex(&hash(MessageDigest::sha256(), text)?),
        "verified": Verifier::new_without_digest(&key)?.verify_oneshot(&signature, text)?,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(
        |event: LambdaEvent<Value>| async move { answer(&event.payload) },
    ))
    .await
}
