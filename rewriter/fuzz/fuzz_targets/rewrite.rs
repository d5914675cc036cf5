//! Any text is either rewritten into Rust of as many lines, or gets a message that can be drawn.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use rewriter::{Engine, Program, Source, explain, rewrite};

fuzz_target!(|input: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(input) else {
        return Corpus::Reject;
    };
    for engine in [None, Some(Engine::Thread), Some(Engine::Loopback)] {
        let program = Program {
            crate_name: "program".to_owned(),
            crate_root: "main.rs".to_owned(),
            // The same text as a module too, should it declare one of this name.
            sources: vec![Source::new("main.rs", text), Source::new("server.rs", text)],
            deps: ["lambda_http", "lambda_runtime", "tokio"].map(str::to_owned).to_vec(),
            engine,
            ..Program::default()
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
