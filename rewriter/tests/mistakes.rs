//! What `docs/mistakes.md` says of mistakes is what the rewriter says of them.

use std::{env, fs, path::Path};

use rewriter::{Engine, Program, Source, rewrite};

/// Says what the rewriter says of a program. `options` are those behind the language of a Markdown fence.
fn message(text: &str, options: &str) -> String {
    let option = |name: &str| {
        let found = options.split(' ').find_map(|option| option.strip_prefix(name));
        found.and_then(|value| value.strip_prefix('='))
    };
    let deps = option("deps").unwrap_or("lambda_http,lambda_runtime,tokio");
    let rewritten = rewrite(&Program {
        crate_name: "app".to_owned(),
        crate_root: "src/main.rs".to_owned(),
        sources: vec![Source::new("src/main.rs", text)],
        has_all_files: true,
        deps: deps.split(',').map(str::to_owned).collect(),
        has_all_crates: true,
        engine: option("engine").and_then(Engine::named),
        ..Program::default()
    });
    match rewritten {
        Ok(_) => panic!("no mistake:\n{text}"),
        Err(error) => format!("{}\n", error.to_string().trim_end()),
    }
}

/// The document with each message as the rewriter gives it.
fn updated(document: &str) -> String {
    let mut result = String::new();
    let mut said = None;
    for (index, part) in document.split("```").enumerate() {
        if index > 0 {
            result.push_str("```");
        }
        let (head, body) = part.split_once('\n').unwrap_or((part, ""));
        match (index % 2, head.split_once(' ').unwrap_or((head, ""))) {
            (1, ("rust", options)) => said = Some(message(body, options)),
            (1, ("text", _)) => {
                let message = said.take().expect("a message follows a program");
                result.push_str(&format!("text\n{message}"));
                continue;
            }
            _ => {}
        }
        result.push_str(part);
    }
    result
}

#[test]
fn the_document_holds_the_messages() {
    // Under Bazel the file lies below the working directory; under Cargo, beside the package.
    let path = match Path::new("docs/mistakes.md") {
        path if path.exists() => path.to_owned(),
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/mistakes.md"),
    };
    let document = fs::read_to_string(&path).unwrap();
    let expected = updated(&document);
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, expected).unwrap();
    } else {
        assert_eq!(document, expected, "run with UPDATE_SNAPSHOTS=1");
    }
}
