//! What a library has once: what programs declare, and which of them can't be joined.

use rewriter::{Manifest, Program, Source, check_globals, rewrite};

const MAIN: &str = "
#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(lambda_runtime::service_fn(handler)).await
}
";

fn manifest(crate_name: &str, declarations: &str) -> Manifest {
    let path = format!("app/{crate_name}.rs");
    let program = Program {
        crate_name: crate_name.to_owned(),
        crate_root: path.clone(),
        sources: vec![Source::new(path, format!("{declarations}{MAIN}"))],
        deps: vec!["lambda_runtime".to_owned(), "tokio".to_owned()],
        ..Program::default()
    };
    rewrite(&program).map(|rewritten| rewritten.manifest).unwrap()
}

const OWN: &str = "#[global_allocator]\nstatic ALLOCATOR: std::alloc::System = std::alloc::System;\n";

#[test]
fn two_allocators_are_refused_with_both_places() {
    let programs = [
        manifest("orders", OWN),
        manifest("returns", &format!("use a::b;\n{OWN}")),
    ];
    let said = check_globals("//app:zip", &programs).unwrap_err();
    assert_eq!(
        said,
        "error: the programs of //app:zip are one library, which can have one `#[global_allocator]`
 --> app/orders.rs:1:1
 --> app/returns.rs:2:1
  = help: move the allocator into a library crate that all of them depend on, or pack each program in a zip of its own"
    );
}

#[test]
fn one_program_may_have_an_allocator() {
    assert!(check_globals("//app:zip", &[manifest("orders", OWN), manifest("returns", "")]).is_ok());
}

#[test]
fn a_symbol_is_exported_once() {
    let here = "#[no_mangle]\npub extern \"C\" fn version() -> u32 { 1 }\n";
    for (there, is_refused) in [
        (here, true),
        ("mod a { #[unsafe(no_mangle)] pub static version: u32 = 1; }", true),
        ("struct A; impl A { #[export_name = \"version\"] pub fn a() {} }", true),
        ("#[cfg(windows)] #[no_mangle] pub fn version() {}", false),
        ("#[cfg(unknown_option)] #[no_mangle] pub fn version() {}", false),
        ("pub fn version() {}", false),
        ("extern \"C\" { fn version(); }", false),
    ] {
        let programs = [manifest("orders", here), manifest("returns", there)];
        let said = check_globals("//app:zip", &programs);
        assert_eq!(said.is_err(), is_refused, "{there}: {said:?}");
        let names_both = |said: String| {
            ["exported symbol `version`", "app/orders.rs:1:1", "app/returns.rs:1:"].map(|part| said.contains(part))
        };
        assert!(
            said.map_err(names_both)
                .map_or_else(|found| found == [true; 3], |()| true),
            "{there}"
        );
    }
}

#[test]
fn all_conflicts_are_reported_at_once() {
    let both = format!("{OWN}#[no_mangle] fn one() {{}}\n#[no_mangle] fn two() {{}}\n");
    let said = check_globals("//app:zip", &[manifest("orders", &both), manifest("returns", &both)]);
    let said = said.unwrap_err();
    assert_eq!(said.matches("error: ").count(), 3, "{said}");
}
