//! The configuration that a program is compiled in, as far as it is known: what a `cfg` predicate comes to.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use syn::{
    Attribute, Lit, Meta, Token,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser},
    token::Paren,
};

/// Options that are set in no library for Lambda.
const NEVER_SET: [&str; 7] = ["clippy", "doc", "doctest", "miri", "proc_macro", "test", "windows"];

/// What is known of the configuration. What rustc may be told by others is not: an option that no one set here may be set.
#[derive(Clone, Debug)]
pub(crate) struct Cfg {
    set: BTreeSet<(String, Option<String>)>,
    are_features_known: bool,
    target_arch: Option<String>,
    debug_assertions: Option<bool>,
    panic: Option<String>,
}

/// The configuration of a crate of which nothing is known but that it is built for Lambda.
pub(crate) static UNKNOWN: Cfg = Cfg {
    set: BTreeSet::new(),
    are_features_known: false,
    target_arch: None,
    debug_assertions: None,
    panic: None,
};

impl Cfg {
    /// The configuration of a program with these features, compiled with these flags of rustc for this `target_arch`.
    pub(crate) fn new(features: &[String], rustc_flags: &[String], target_arch: Option<&str>) -> Self {
        let features = features.iter();
        let mut cfg = Self {
            set: features
                .map(|feature| ("feature".to_owned(), Some(feature.clone())))
                .collect(),
            are_features_known: true,
            target_arch: target_arch.map(str::to_owned),
            ..UNKNOWN.clone()
        };
        cfg.read_flags(rustc_flags);
        cfg
    }

    fn read_flags(&mut self, flags: &[String]) {
        let mut opt_level = None;
        let mut flags = flags.iter().map(|flag| flag.trim());
        while let Some(flag) = flags.next() {
            // A value follows its flag, or stands in the same word.
            let mut value = |name: &str| {
                let rest = flag.strip_prefix(name)?;
                match rest.strip_prefix('=') {
                    Some(value) => Some(value),
                    None if rest.is_empty() => flags.next(),
                    None => (!name.starts_with("--")).then_some(rest),
                }
            };
            if let Some(option) = value("--cfg") {
                self.set.extend(parse_option(option));
            } else if flag == "-O" {
                opt_level = Some("3");
            } else if let Some(option) = value("--codegen").or_else(|| value("-C")) {
                let (name, value) = option.split_once('=').unwrap_or((option, "yes"));
                match name.replace('_', "-").as_str() {
                    "debug-assertions" => self.debug_assertions = Some(matches!(value, "y" | "yes" | "on" | "true")),
                    "opt-level" => opt_level = Some(value),
                    "panic" => self.panic = Some(value.to_owned()),
                    _ => {}
                }
            }
        }
        // As rustc has it, where no flag says so.
        self.debug_assertions = self.debug_assertions.or(opt_level.map(|level| level == "0"));
    }

    /// Whether attributes leave what they stand on in the program, if that is known.
    pub(crate) fn keeps(&self, attributes: &[Attribute]) -> Option<bool> {
        let predicates = attributes.iter().filter_map(|attribute| match &attribute.meta {
            Meta::List(list) if list.path.is_ident("cfg") => Some(self.holds(list.tokens.clone())),
            _ => None,
        });
        all(predicates)
    }

    /// Whether a predicate holds, if that is known.
    pub(crate) fn holds(&self, predicate: TokenStream) -> Option<bool> {
        let parser = |input: ParseStream<'_>| {
            let holds = self.predicate(input)?;
            input.parse::<Option<Token![,]>>()?;
            Ok(holds)
        };
        parser.parse2(predicate).ok().flatten()
    }

    /// Parses a predicate, up to what follows it, and says whether it holds.
    pub(crate) fn predicate(&self, input: ParseStream<'_>) -> syn::Result<Option<bool>> {
        let name = input.call(Ident::parse_any)?.to_string();
        if input.peek(Paren) {
            let content;
            parenthesized!(content in input);
            if !["all", "any", "not"].contains(&name.as_str()) {
                content.parse::<TokenStream>()?;
                return Ok(None);
            }
            let mut operands = Vec::new();
            while !content.is_empty() {
                operands.push(self.predicate(&content)?);
                if content.parse::<Option<Token![,]>>()?.is_none() {
                    break;
                }
            }
            let mut operands = operands.into_iter();
            return Ok(match name.as_str() {
                "all" => all(operands),
                "any" => negated(all(operands.map(negated))),
                _ => operands.next().and_then(negated),
            });
        }
        // In `cfg_select!`, an arrow may follow.
        if input.peek(Token![=]) && !input.peek(Token![=>]) {
            input.parse::<Token![=]>()?;
            return Ok(match input.parse::<Lit>()? {
                Lit::Str(value) => self.option(&name, Some(value.value())),
                _ => None,
            });
        }
        Ok(match name.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            name => self.option(name.strip_prefix("r#").unwrap_or(name), None),
        })
    }

    fn option(&self, name: &str, value: Option<String>) -> Option<bool> {
        let option = (name.to_owned(), value);
        if self.set.contains(&option) {
            return Some(true);
        }
        let known = match (name, option.1.as_deref()) {
            (name, None) if NEVER_SET.contains(&name) => return Some(false),
            ("unix", None) => return Some(true),
            ("debug_assertions", None) => return self.debug_assertions,
            ("feature", Some(_)) => return self.are_features_known.then_some(false),
            ("panic", Some(_)) => self.panic.as_deref().unwrap_or("unwind"),
            ("target_abi", Some(_)) => "",
            ("target_arch", Some(_)) => self.target_arch.as_deref()?,
            ("target_endian", Some(_)) => "little",
            ("target_env", Some(_)) => "gnu",
            ("target_family", Some(_)) => "unix",
            ("target_os", Some(_)) => "linux",
            ("target_pointer_width", Some(_)) => "64",
            ("target_vendor", Some(_)) => "unknown",
            _ => return None,
        };
        Some(option.1.as_deref() == Some(known))
    }
}

/// The option that `--cfg` sets.
fn parse_option(option: &str) -> Option<(String, Option<String>)> {
    let parser = |input: ParseStream<'_>| {
        let name = input.call(Ident::parse_any)?.unraw().to_string();
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse::<syn::LitStr>()?.value()),
            None => None,
        };
        Ok((name, value))
    };
    parser.parse_str(option).ok()
}

fn negated(holds: Option<bool>) -> Option<bool> {
    holds.map(|holds| !holds)
}

/// Whether all hold: not if one does not, whatever is known of the others.
fn all(operands: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for operand in operands {
        match operand {
            Some(true) => {}
            Some(false) => known = Some(false),
            None => known = known.filter(|holds| !holds),
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_holds(cfg: &Cfg, predicates: &[(&str, Option<bool>)]) {
        for (predicate, expected) in predicates {
            assert_eq!(cfg.holds(predicate.parse().unwrap()), *expected, "{predicate}");
        }
    }

    fn with_flags(flags: &[&str]) -> Cfg {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Cfg::new(&["a".to_owned()], &flags, Some("aarch64"))
    }

    #[test]
    fn what_is_known_is_followed() {
        let predicates = [
            ("unix", Some(true)),
            ("not(unix)", Some(false)),
            ("test", Some(false)),
            ("true", Some(true)),
            ("r#true", None),
            ("not(false)", Some(true)),
            ("any(test, windows)", Some(false)),
            ("any(test, custom)", None),
            ("any(custom, unix)", Some(true)),
            ("any(custom, test, unix)", Some(true)),
            ("any()", Some(false)),
            ("all()", Some(true)),
            ("all(test, custom)", Some(false)),
            ("all(custom, test)", Some(false)),
            ("all(unix, not(test),)", Some(true)),
            ("all(unix, custom)", None),
            ("not(custom)", None),
            ("custom = \"a\"", None),
            ("a::b", None),
            ("version(\"1.70\")", None),
            ("unix,", Some(true)),
            ("feature = \"a\"", Some(true)),
            ("feature = \"b\"", Some(false)),
            ("not(feature = r\"b\")", Some(true)),
            ("target_os = \"linux\"", Some(true)),
            ("target_os = \"macos\"", Some(false)),
            ("target_arch = \"aarch64\"", Some(true)),
            ("target_arch = \"x86_64\"", Some(false)),
            ("target_env = \"musl\"", Some(false)),
            ("target_pointer_width = \"32\"", Some(false)),
            ("target_endian = \"little\"", Some(true)),
            ("target_feature = \"avx2\"", None),
            ("not(target_family = \"unix\")", Some(false)),
            ("panic = \"unwind\"", Some(true)),
            ("debug_assertions", None),
        ];
        assert_holds(&with_flags(&[]), &predicates);
        assert_holds(
            &UNKNOWN,
            &[("target_arch = \"aarch64\"", None), ("feature = \"a\"", None)],
        );
    }

    #[test]
    fn flags_of_rustc_are_read() {
        for flags in [
            &["--cfg", "custom", "--cfg", "level=\"2\"", "-C", "panic=abort"][..],
            &["-g", "--cfg=custom", "--cfg=level = \"2\"", "-Cpanic=abort"],
            &[
                "-Dwarnings",
                "--cfg=custom",
                "--cfg=level=\"2\"",
                "--codegen=panic=abort",
            ],
        ] {
            let predicates = [
                ("custom", Some(true)),
                ("level = \"2\"", Some(true)),
                ("level = \"3\"", None),
                ("level", None),
                ("panic = \"unwind\"", Some(false)),
                ("panic = \"abort\"", Some(true)),
            ];
            assert_holds(&with_flags(flags), &predicates);
        }
        assert_holds(
            &with_flags(&["--cfg", "feature=\"b\""]),
            &[("feature = \"b\"", Some(true))],
        );
        assert_holds(&with_flags(&["--cfg"]), &[("custom", None)]);
        assert_holds(&with_flags(&["--cfg-of-my-own=custom"]), &[("custom", None)]);
    }

    #[test]
    fn assertions_are_there_without_optimisation() {
        for (flags, expected) in [
            (&["-Copt-level=3"][..], false),
            (&["-O"], false),
            (&["--codegen", "opt-level=3", "-Copt-level=0"], true),
            (&["-Copt-level=3", "-Cdebug-assertions"], true),
            (&["-Copt-level=0", "-C", "debug_assertions=off"], false),
        ] {
            assert_holds(&with_flags(flags), &[("debug_assertions", Some(expected))]);
        }
    }
}
