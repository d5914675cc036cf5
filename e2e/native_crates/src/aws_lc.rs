//! Hashes, encrypts and signs with AWS-LC.

use aws_lc_rs::{
    aead::{Aad, LessSafeKey, Nonce, UnboundKey, AES_256_GCM},
    digest,
    signature::{Ed25519KeyPair, KeyPair, UnparsedPublicKey, ED25519},
};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn answer(event: &Value) -> Result<Value, Error> {
    let text = event["text"].as_str().ok_or("no text")?;
    // Keys and a nonce that say something of the code, and of nothing else.
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32])?);
    let mut sealed = text.as_bytes().to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key([9; 12]), Aad::empty(), &mut sealed)?;
    let encrypted = hex(&sealed);
    let opened = key.open_in_place(Nonce::assume_unique_for_key([9; 12]), Aad::empty(), &mut sealed)?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32])?;
    let signature = pair.sign(text.as_bytes());
    let public = UnparsedPublicKey::new(&ED25519, pair.public_key());
    Ok(json!({
        "aes_256_gcm": encrypted,
        "ed25519": hex(signature.as_ref()),
        "forged": public.verify(b"another text", signature.as_ref()).is_ok(),
        "opened": opened == text.as_bytes(),
        "sha3_256": hex(digest::digest(&digest::SHA3_256, text.as_bytes()).as_ref()),
        "sha_256": hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref()),
        "verified": public.verify(text.as_bytes(), signature.as_ref()).is_ok(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(
        |event: LambdaEvent<Value>| async move { answer(&event.payload) },
    ))
    .await
}
