//! Any text, in any configuration, is either rewritten into Rust of as many lines, or gets a message that can be drawn.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use rewriter::{Engine, Program, Source, explain, rewrite};

/// What the bits of the last byte say of the configuration; a line break says a little of each.
fn configured(settings: u8) -> Program {
    let is_set = |bit: u8| settings & (1 << bit) != 0;
    let chosen = |words: &[(u8, &str)]| {
        let words = words.iter().filter(|(bit, _)| is_set(*bit));
        words.map(|(_, word)| (*word).to_owned()).collect()
    };
    let renamed = [("lambda", "lambda_runtime"), ("http", "lambda_http"), ("rt", "tokio")];
    let renamed = renamed.map(|(name, own)| (name.to_owned(), own.to_owned()));
    Program {
        crate_name: "program".to_owned(),
        crate_root: "main.rs".to_owned(),
        deps: match is_set(0) {
            true => ["lambda", "http", "rt"],
            false => ["lambda_runtime", "lambda_http", "tokio"],
        }
        .map(str::to_owned)
        .to_vec(),
        renamed: renamed.into_iter().filter(|_| is_set(0)).collect(),
        features: chosen(&[(1, "a"), (2, "streaming")]),
        rustc_flags: chosen(&[(3, "--cfg=custom"), (4, "-Copt-level=0"), (5, "-Cpanic=abort")]),
        target_arch: is_set(6).then(|| "x86_64".to_owned()),
        lambda_runtime: is_set(7).then(|| "1.5.0".to_owned()),
        ..Program::default()
    }
}

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some((settings, input)) = input.split_last() else {
        return Corpus::Reject;
    };
    let Ok(text) = std::str::from_utf8(input) else {
        return Corpus::Reject;
    };
    for engine in [None, Some(Engine::Thread), Some(Engine::Loopback)] {
        let program = Program {
            // The same text as a module too, should it declare one of this name.
            sources: vec![Source::new("main.rs", text), Source::new("server.rs", text)],
            engine,
            ..configured(*settings)
        };
        match rewrite(&program) {
            Ok(rewritten) => {
                let after = &rewritten.sources[0].text;
                assert!(syn::parse_file(after).is_ok(), "{after}");
                let kept = after.rfind("\n#[doc(hidden)]\npub mod __lambda {").unwrap();
                assert_eq!(
                    text.matches('\n').count(),
                    after[..kept].matches('\n').count(),
                    "{after}"
                );
                explain(&rewritten.manifest);
            }
            Err(error) => {
                error.render(true);
                error.render(false);
            }
        }
    }
    Corpus::Keep
});
