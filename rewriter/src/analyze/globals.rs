//! What a process has once, and so a library: two programs that declare it can't be linked into one.

use std::collections::BTreeMap;

use proc_macro2::Span;
use quote::ToTokens;
use serde::{Deserialize, Serialize};
use syn::{
    Attribute, Expr, ExprLit, Ident, ImplItemFn, Item, ItemFn, ItemStatic, Lit, Meta, MetaNameValue,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::{
    Manifest, attributes,
    module_tree::{ModuleFile, ModuleTree, unraw},
};

/// The attribute of a library's one allocator.
const ALLOCATOR: &str = "global_allocator";

/// Something that a program declares and a library has once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Global {
    /// What it is: `#[global_allocator]`, or the symbol that is exported.
    pub name: String,
    /// The file, as the author knows it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// What the files of a program surely declare, in their order. What macros make is not seen.
pub(crate) fn find(tree: &ModuleTree<'_>) -> Vec<Global> {
    let mut globals = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_certain) {
        let mut finder = Finder {
            tree,
            file,
            globals: &mut globals,
        };
        finder.visit_file(&file.parsed.tree);
    }
    globals
}

struct Finder<'a> {
    tree: &'a ModuleTree<'a>,
    file: &'a ModuleFile<'a>,
    globals: &'a mut Vec<Global>,
}

impl Finder<'_> {
    fn add(&mut self, name: String, span: Span) {
        let parsed = &self.file.parsed;
        let (line, column) = parsed.source.position(parsed.range(span).start);
        self.globals.push(Global {
            name,
            file: parsed.source.path.clone(),
            line,
            column,
        });
    }

    /// Adds the symbol that a function or a static is exported under, if it is.
    fn add_export(&mut self, attributes: &[Attribute], ident: &Ident) {
        for attribute in attributes {
            if let Some(name) = exported_name(&attribute.meta, ident) {
                self.add(name, attribute.span());
            }
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if self.tree.cfg.keeps(attributes::of_item(item)) == Some(true) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.add_export(&item.attrs, &item.sig.ident);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if self.tree.cfg.keeps(&item.attrs) == Some(true) {
            self.add_export(&item.attrs, &item.sig.ident);
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_static(&mut self, item: &'ast ItemStatic) {
        let allocator = item.attrs.iter().find(|attribute| attribute.path().is_ident(ALLOCATOR));
        if let Some(allocator) = allocator {
            self.add(format!("#[{ALLOCATOR}]"), allocator.span());
        }
        self.add_export(&item.attrs, &item.ident);
    }
}

/// The symbol that an attribute exports something of this name under, if it does.
fn exported_name(meta: &Meta, ident: &Ident) -> Option<String> {
    match meta {
        Meta::Path(path) if path.is_ident("no_mangle") => Some(unraw(ident)),
        Meta::NameValue(MetaNameValue {
            path,
            value: Expr::Lit(ExprLit {
                lit: Lit::Str(name), ..
            }),
            ..
        }) if path.is_ident("export_name") => Some(name.value()),
        Meta::List(list) if list.path.to_token_stream().to_string() == "unsafe" => {
            exported_name(&list.parse_args().ok()?, ident)
        }
        _ => None,
    }
}

/// Refuses programs that can't be linked into one library.
///
/// `label` is the target that joins them, `links` what is linked in besides them for its allocator.
///
/// # Errors
///
/// The message for the user, with the places in the programs' sources; all conflicts at once.
pub fn check_globals(label: &str, programs: &[Manifest], links: &[String]) -> Result<(), String> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for global in programs.iter().flat_map(|program| &program.globals) {
        let place = format!("{}:{}:{}", global.file, global.line, global.column);
        places.entry(&global.name).or_default().push(place);
    }
    let allocator = format!("#[{ALLOCATOR}]");
    if !links.is_empty()
        && let Some(places) = places.get_mut(allocator.as_str())
    {
        places.push(format!("the `allocator` of {label}"));
    }
    let conflicts: Vec<String> = places
        .into_iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(name, places)| {
            let places: String = places.iter().map(|place| format!("\n --> {place}")).collect();
            let (what, help) = if name == allocator {
                let help = match (links.is_empty(), programs.len()) {
                    (false, _) => "take `allocator` out: the program's own is kept",
                    _ => {
                        "move the allocator into a library crate that all of them depend on, or pack each program in a zip of its own"
                    }
                };
                (format!("`{name}`"), help)
            } else {
                let help = "give one of them another name, or pack each program in a zip of its own";
                (format!("exported symbol `{name}`"), help)
            };
            format!("error: the programs of {label} are one library, which can have one {what}{places}\n  = help: {help}")
        })
        .collect();
    match conflicts.is_empty() {
        true => Ok(()),
        false => Err(conflicts.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Program, Source, rewrite};

    use super::*;

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
        let said = check_globals("//app:zip", &programs, &[]).unwrap_err();
        assert_eq!(
            said,
            "error: the programs of //app:zip are one library, which can have one `#[global_allocator]`
 --> app/orders.rs:1:1
 --> app/returns.rs:2:1
  = help: move the allocator into a library crate that all of them depend on, or pack each program in a zip of its own"
        );
    }

    #[test]
    fn a_zips_allocator_is_refused_beside_a_programs_own() {
        let links = ["lambda_mimalloc".to_owned()];
        let said = check_globals("//app:zip", &[manifest("orders", OWN)], &links).unwrap_err();
        for part in [
            "app/orders.rs:1:1",
            "the `allocator` of //app:zip",
            "take `allocator` out",
        ] {
            assert!(said.contains(part), "{said}");
        }
        assert!(check_globals("//app:zip", &[manifest("orders", "")], &links).is_ok());
        assert!(check_globals("//app:zip", &[manifest("orders", OWN), manifest("returns", "")], &[]).is_ok());
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
            let said = check_globals("//app:zip", &programs, &[]);
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
    fn all_conflicts_are_told_at_once() {
        let both = format!("{OWN}#[no_mangle] fn one() {{}}\n#[no_mangle] fn two() {{}}\n");
        let said = check_globals(
            "//app:zip",
            &[manifest("orders", &both), manifest("returns", &both)],
            &[],
        );
        let said = said.unwrap_err();
        assert_eq!(said.matches("error: ").count(), 3, "{said}");
    }
}
