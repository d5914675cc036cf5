use std::path::Path;

use serde_json::{Value, json};

use super::{
    linked::{Manifest, PACKAGED},
    *,
};

fn document(folder: &Path, linked: &[Value], arguments: impl FnOnce(&mut SbomArgs)) -> Result<Value> {
    let lines: String = linked.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.join("linked"), lines)?;
    let mut given = SbomArgs {
        output: folder.join("sbom.json"),
        label: "//app:lambda_zip".to_owned(),
        linked: folder.join("linked"),
        roots: vec!["//app:program".to_owned()],
        list: None,
        code: Vec::new(),
        own: vec!["lambda_shim".to_owned()],
        own_version: "1.2.3".to_owned(),
        shim: false,
        zig: None,
    };
    arguments(&mut given);
    let output = given.output.clone();
    given.run()?;
    Ok(serde_json::from_slice(&fs::read(output)?)?)
}

fn named<'a>(document: &'a Value, name: &str) -> &'a Value {
    let components = document["components"].as_array().into_iter().flatten();
    let mut found = components.filter(|component| component["name"] == name);
    found.next().unwrap_or(&Value::Null)
}

#[test]
fn a_manifest_is_read_where_it_is_plain() {
    let packaged = format!(
        "{PACKAGED}\n\n[package]\nname = \"a-b\"\nversion = \"1.0.0\"\nlicense = \"MIT/Apache-2.0\"\n\n[lib]\nname = \"c\"\n"
    );
    let expected = Manifest {
        name: Some("a-b".to_owned()),
        version: Some("1.0.0".to_owned()),
        license: Some("MIT/Apache-2.0".to_owned()),
        is_packaged: true,
    };
    assert_eq!(Manifest::parse(&packaged), expected);
    let own = Manifest::parse("[package]\nname = \"own\"\nversion.workspace = true\nlicense = { workspace = true }\n");
    assert_eq!(
        own,
        Manifest {
            name: Some("own".to_owned()),
            ..Manifest::default()
        }
    );
}

#[test]
fn only_what_is_linked_is_listed_by_the_names_that_its_manifest_has() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let manifest = folder.path().join("Cargo.toml");
    fs::write(
        &manifest,
        format!("{PACKAGED}\n[package]\nname = \"tokio-stream\"\nversion = \"0.1.0+2\"\nlicense = \"MIT\"\n"),
    )?;
    let by_git = folder.path().join("git.toml");
    fs::write(
        &by_git,
        "[package]\nname = \"forked\"\nversion = \"2.0.0\"\nlicense = \"BSD-3-Clause\"\n",
    )?;
    let linked = [
        json!({"label": "//app:program", "crate": "program", "version": "0.0.0", "deps": ["@a//:tokio_stream", "//shim", "@git//:forked", "@b//:not_described"]}),
        json!({"label": "@a//:tokio_stream", "crate": "tokio_stream", "version": "9.9.9", "manifest": manifest, "deps": ["@c//:z"]}),
        // The same in another configuration, and in another hub.
        json!({"label": "@a//:tokio_stream", "crate": "tokio_stream", "manifest": manifest, "deps": ["@d//:serde_json"]}),
        json!({"label": "@a2//:tokio_stream", "crate": "tokio_stream", "manifest": manifest}),
        json!({"label": "@d//:serde_json", "crate": "serde_json", "package": "serde-json", "version": "1.0.0"}),
        json!({"label": "@git//:forked", "crate": "forked", "package": "forked", "version": "2.0.0", "manifest": by_git}),
        json!({"label": "//shim", "crate": "lambda_shim", "deps": ["@a2//:tokio_stream"]}),
        json!({"label": "@c//:z", "contains": ["pkg:github/madler/zlib@v1.3.1"]}),
        json!({"label": "@e//:unlinked", "crate": "unlinked", "package": "unlinked", "version": "1.0.0"}),
    ];
    let document = document(folder.path(), &linked, |_| ())?;
    let components = document["components"].as_array().map(Vec::len);
    assert_eq!(components, Some(6), "{document:#}");
    assert_eq!(
        *named(&document, "tokio-stream"),
        json!({
            "type": "library",
            "bom-ref": "pkg:cargo/tokio-stream@0.1.0%2B2",
            "name": "tokio-stream",
            "version": "0.1.0+2",
            "licenses": [{"expression": "MIT"}],
            "purl": "pkg:cargo/tokio-stream@0.1.0%2B2",
        })
    );
    assert_eq!(named(&document, "serde-json")["purl"], "pkg:cargo/serde-json@1.0.0");
    assert_eq!(
        *named(&document, "forked"),
        json!({"type": "library", "bom-ref": "@git//:forked", "name": "forked", "version": "2.0.0", "licenses": [{"expression": "BSD-3-Clause"}]})
    );
    assert_eq!(named(&document, "lambda_shim")["version"], "1.2.3");
    assert_eq!(
        *named(&document, "program"),
        json!({"type": "library", "bom-ref": "//app:program", "name": "program"})
    );
    assert_eq!(
        named(&document, "@c//:z")["components"],
        json!([{"type": "library", "name": "zlib", "version": "v1.3.1", "purl": "pkg:github/madler/zlib@v1.3.1"}])
    );
    assert_eq!(
        document["dependencies"],
        json!([
            {"ref": "//app:lambda_zip", "dependsOn": ["//app:program"]},
            {"ref": "//app:program", "dependsOn": ["//shim", "@git//:forked", "pkg:cargo/tokio-stream@0.1.0%2B2"]},
            {"ref": "//shim", "dependsOn": ["pkg:cargo/tokio-stream@0.1.0%2B2"]},
            {"ref": "@c//:z"},
            {"ref": "@git//:forked"},
            {"ref": "pkg:cargo/serde-json@1.0.0"},
            {"ref": "pkg:cargo/tokio-stream@0.1.0%2B2", "dependsOn": ["@c//:z", "pkg:cargo/serde-json@1.0.0"]},
        ])
    );
    Ok(())
}

#[test]
fn what_is_packed_tells_of_python_packages_and_of_the_rules() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let packages = [
        (
            "a-1.dist-info/METADATA",
            "Metadata-Version: 2.4\nName: A_b.C\nVersion: 1.0\nLicense-Expression: MIT\n\nName: body\n",
        ),
        (
            "b-2.dist-info/METADATA",
            "Name: b\nVersion: 2\nLicense: UNKNOWN\nClassifier: License :: OSI Approved :: Apache Software License\n",
        ),
        ("c-3.dist-info/METADATA", "Name: c\nVersion: 3\nLicense: Mine\n"),
        ("d/METADATA", "Name: d\nVersion: 4\n"),
    ];
    let mut list = String::new();
    for (number, (name, content)) in packages.into_iter().enumerate() {
        let source = folder.path().join(number.to_string());
        fs::write(&source, content)?;
        list += &format!("{name}\n{}\n//app:{number}\n", source.display());
    }
    fs::write(folder.path().join("list"), list)?;
    let program = [json!({"label": "//app:program", "crate": "program"})];
    let document = document(folder.path(), &program, |arguments| {
        arguments.list = Some(folder.path().join("list"));
        arguments.shim = true;
        arguments.zig = Some("0.17.1".to_owned());
    })?;
    assert_eq!(named(&document, "A_b.C")["purl"], "pkg:pypi/a-b-c@1.0");
    assert_eq!(named(&document, "A_b.C")["licenses"], json!([{"expression": "MIT"}]));
    assert_eq!(
        named(&document, "b")["licenses"],
        json!([{"license": {"name": "Apache Software License"}}])
    );
    assert_eq!(
        named(&document, "c")["licenses"],
        json!([{"license": {"name": "Mine"}}])
    );
    assert!(named(&document, "d").is_null());
    assert_eq!(
        named(&document, "ziglang")["licenses"],
        json!([{"expression": "MIT AND Apache-2.0 WITH LLVM-exception"}])
    );
    assert_eq!(
        document["dependencies"][0],
        json!({"ref": "//app:lambda_zip", "dependsOn": [
            "//app:program", "pkg:pypi/a-b-c@1.0", "pkg:pypi/b@2", "pkg:pypi/c@3", "pkg:pypi/ziglang@0.17.1", "rules_rust_lambda",
        ]})
    );
    assert_eq!(named(&document, "rules_rust_lambda")["version"], "1.2.3");
    Ok(())
}

#[test]
fn a_root_that_is_not_described_is_an_error() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let error = document(folder.path(), &[], |_| ()).unwrap_err().to_string();
    assert!(error.contains("does not describe //app:program"), "{error}");
    Ok(())
}
