//! Derives the names by which domain events go over queues and into logs.
//!
//! ```ignore
//! #[derive(EventName)]
//! enum OrderEvent {
//!     Placed,       // order.placed
//!     PaidInParts,  // order.paid_in_parts
//! }
//! ```

use proc_macro2::TokenStream;
use quote::quote;
use syn::{parse_macro_input, Data, DeriveInput, Error, Fields};

/// Gives an enum of `…Event` a `name()`, and a `from_name()` that takes each of these names back.
#[proc_macro_derive(EventName)]
pub fn derive_event_name(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    names(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// What is derived, or all that is in the way of it.
fn names(input: &DeriveInput) -> Result<TokenStream, Error> {
    let ident = &input.ident;
    let of = ident.to_string();
    let Some(entity) = of.strip_suffix("Event").filter(|entity| !entity.is_empty()) else {
        return Err(Error::new_spanned(
            ident,
            "call it after what it is about: `OrderEvent`",
        ));
    };
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(ident, "events are the variants of an enum"));
    };
    let mut problems: Option<Error> = None;
    let mut variants = Vec::new();
    let mut texts = Vec::new();
    for variant in &data.variants {
        if matches!(variant.fields, Fields::Unit) {
            variants.push(&variant.ident);
            texts.push(format!(
                "{}.{}",
                snake_case(entity),
                snake_case(&variant.ident.to_string())
            ));
        } else {
            let problem = Error::new_spanned(variant, "an event's kind holds nothing: put it beside the kind");
            match &mut problems {
                Some(problems) => problems.combine(problem),
                None => problems = Some(problem),
            }
        }
    }
    if let Some(problems) = problems {
        return Err(problems);
    }
    Ok(quote! {
        impl #ident {
            /// The event's name, as queues and logs have it.
            pub const fn name(self) -> &'static str {
                match self {
                    #(Self::#variants => #texts,)*
                }
            }

            /// The event of this name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    #(#texts => Some(Self::#variants),)*
                    _ => None,
                }
            }
        }
    })
}

fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(source: &str) -> Result<String, Vec<String>> {
        let input = syn::parse_str(source).expect("the test's source is Rust");
        names(&input)
            .map(|tokens| tokens.to_string())
            .map_err(|error| error.into_iter().map(|each| each.to_string()).collect())
    }

    #[test]
    fn names_are_the_entity_and_the_variant() {
        let code = derived("enum StockItemEvent { SoldOut }").expect("it is derived");
        assert!(code.contains(r#"Self :: SoldOut => "stock_item.sold_out""#), "{code}");
        assert!(
            code.contains(r#""stock_item.sold_out" => Some (Self :: SoldOut)"#),
            "{code}"
        );
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let problems =
            derived("enum OrderEvent { Placed(u8), Paid, Sent { by: u8 } }").expect_err("two hold something");
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn other_types_have_no_names() {
        assert!(derived("struct OrderEvent;").is_err());
        assert!(derived("enum Order { Placed }").is_err());
        assert!(derived("enum Event { Placed }").is_err());
    }
}
