//! Takes out of a syntax tree what the configuration takes out of the program, before names are read, as rustc does.
//!
//! What is left keeps its place in the text. Of what is not known to be in or out, nothing is taken.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Arm, Attribute, Block, Expr, ExprArray, ExprBlock, ExprCall, ExprMatch, ExprMethodCall, ExprStruct, ExprTuple,
    File, FnArg, Item, ItemForeignMod, ItemImpl, ItemMod, ItemTrait, Macro, MacroDelimiter, Meta, PatStruct, Signature,
    Stmt, Token, braced,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    spanned::Spanned,
    token::{Brace, Bracket},
    visit_mut::{self, VisitMut},
};

use super::{attributes, cfg::Cfg, syntax::unraw};

/// Takes out of a file what is surely no part of the program, and puts what `cfg_attr`, `cfg_if!` and `cfg_select!` choose in
/// their place.
pub(crate) fn configure(file: &mut File, cfg: &Cfg) {
    let configurer = Configurer { cfg };
    configurer.expand(&mut file.attrs);
    if cfg.keeps(&file.attrs) == Some(false) {
        file.items.clear();
    }
    configurer.items(&mut file.items);
    (&configurer).visit_file_mut(file);
}

/// Whether a macro of this name comes to one of several parts of its tokens, by the configuration.
pub(crate) fn is_choice(name: &str) -> bool {
    matches!(name, "cfg_if" | "cfg_select")
}

struct Configurer<'a> {
    cfg: &'a Cfg,
}

impl Configurer<'_> {
    /// Whether what bears these attributes stays.
    fn keeps(&self, attributes: &mut Vec<Attribute>) -> bool {
        self.expand(attributes);
        // What is declared for `cargo test` alone has its own ways to say so.
        let is_test = |attribute: &Attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|last| last.ident == "test" || last.ident == "bench")
        };
        self.cfg.keeps(attributes) != Some(false) && !attributes.iter().any(is_test)
    }

    /// Puts the attributes of each `cfg_attr` in its place, as far as its predicate is known.
    fn expand(&self, attributes: &mut Vec<Attribute>) {
        if !attributes.iter().any(|attribute| attribute.path().is_ident("cfg_attr")) {
            return;
        }
        let mut expanded = Vec::with_capacity(attributes.len());
        for attribute in attributes.drain(..) {
            match self.chosen_attributes(&attribute) {
                Some(mut chosen) => {
                    self.expand(&mut chosen);
                    expanded.append(&mut chosen);
                }
                None => expanded.push(attribute),
            }
        }
        *attributes = expanded;
    }

    /// The attributes that a `cfg_attr` comes to, if that is known. The place of one is what is to be taken out of the text for
    /// it: the whole `cfg_attr`, if there are no others in it.
    fn chosen_attributes(&self, attribute: &Attribute) -> Option<Vec<Attribute>> {
        let Meta::List(list) = &attribute.meta else { return None };
        if !list.path.is_ident("cfg_attr") {
            return None;
        }
        let parser = |input: ParseStream<'_>| {
            let holds = self.cfg.predicate(input)?;
            if input.parse::<Option<Token![,]>>()?.is_none() {
                return Ok((holds, Punctuated::new()));
            }
            Ok((holds, Punctuated::<Meta, Token![,]>::parse_terminated(input)?))
        };
        let (holds, metas) = parser.parse2(list.tokens.clone()).ok()?;
        if !holds? {
            return Some(Vec::new());
        }
        let is_alone = metas.len() == 1;
        let chosen = metas.into_pairs().map(|pair| {
            let (meta, comma) = pair.into_tuple();
            if is_alone {
                return Attribute {
                    meta,
                    ..attribute.clone()
                };
            }
            let first = meta.span();
            let end = comma.map_or_else(|| last_span(&meta), |comma| comma.span);
            Attribute {
                pound_token: Token![#](first),
                style: attribute.style,
                bracket_token: Bracket(end),
                meta,
            }
        });
        Some(chosen.collect())
    }

    fn items(&self, items: &mut Vec<Item>) {
        for mut item in std::mem::take(items) {
            if !attributes::of_item_mut(&mut item).is_none_or(|attributes| self.keeps(attributes)) {
                continue;
            }
            let chosen = match &item {
                Item::Macro(item) if item.ident.is_none() => self.chosen_tokens(&item.mac),
                _ => None,
            };
            match chosen.and_then(|tokens| parse_items.parse2(tokens).ok()) {
                Some(mut chosen) => {
                    self.items(&mut chosen);
                    items.append(&mut chosen);
                }
                None => items.push(item),
            }
        }
    }

    fn statements(&self, statements: &mut Vec<Stmt>) {
        for mut statement in std::mem::take(statements) {
            if !attributes::of_stmt_mut(&mut statement).is_none_or(|attributes| self.keeps(attributes)) {
                continue;
            }
            let chosen = match &statement {
                Stmt::Macro(statement) => self.chosen_tokens(&statement.mac),
                Stmt::Expr(Expr::Macro(expression), _) => self.chosen_tokens(&expression.mac),
                Stmt::Item(Item::Macro(item)) if item.ident.is_none() => self.chosen_tokens(&item.mac),
                _ => None,
            };
            match chosen.and_then(|tokens| Block::parse_within.parse2(tokens).ok()) {
                Some(mut chosen) => {
                    self.statements(&mut chosen);
                    statements.append(&mut chosen);
                }
                None => statements.push(statement),
            }
        }
    }

    fn expressions(&self, expressions: &mut Punctuated<Expr, Token![,]>) {
        expressions
            .retain(|expression| attributes::of_expr_mut(expression).is_none_or(|attributes| self.keeps(attributes)));
    }

    /// What `cfg_if!` or `cfg_select!` comes to, if that is known.
    fn chosen_tokens(&self, invocation: &Macro) -> Option<TokenStream> {
        let name = unraw(&invocation.path.segments.last()?.ident);
        let parser = |input: ParseStream<'_>| match name.as_str() {
            "cfg_if" => self.cfg_if(input),
            _ => self.cfg_select(input),
        };
        if !is_choice(&name) {
            return None;
        }
        parser.parse2(invocation.tokens.clone()).ok().flatten()
    }

    /// `if #[cfg(predicate)] { … } else if #[cfg(predicate)] { … } else { … }`
    fn cfg_if(&self, input: ParseStream<'_>) -> syn::Result<Option<TokenStream>> {
        let mut branches = Branches::default();
        while !input.is_empty() {
            let holds = match input.parse::<Option<Token![if]>>()? {
                Some(_) => self.cfg.keeps(&input.call(Attribute::parse_outer)?),
                None => Some(true),
            };
            branches.offer(holds, braced_tokens(input)?);
            input.parse::<Option<Token![else]>>()?;
        }
        Ok(branches.chosen(true))
    }

    /// `predicate => { … } predicate => expression, _ => { … }`
    fn cfg_select(&self, input: ParseStream<'_>) -> syn::Result<Option<TokenStream>> {
        let mut branches = Branches::default();
        while !input.is_empty() {
            let holds = match input.parse::<Option<Token![_]>>()? {
                Some(_) => Some(true),
                None => self.cfg.predicate(input)?,
            };
            input.parse::<Token![=>]>()?;
            let tokens = match input.peek(Brace) {
                true => braced_tokens(input)?,
                false => {
                    let expression: Expr = input.parse()?;
                    quote::ToTokens::into_token_stream(expression)
                }
            };
            input.parse::<Option<Token![,]>>()?;
            branches.offer(holds, tokens);
        }
        Ok(branches.chosen(false))
    }
}

/// The first of several branches that holds, if all before it are known not to.
#[derive(Default)]
struct Branches {
    is_unknown: bool,
    tokens: Option<TokenStream>,
}

impl Branches {
    fn offer(&mut self, holds: Option<bool>, tokens: TokenStream) {
        if self.tokens.is_none() && !self.is_unknown {
            self.is_unknown = holds.is_none();
            self.tokens = (holds == Some(true)).then_some(tokens);
        }
    }

    /// What was chosen; nothing is a choice too, if it may be.
    fn chosen(self, may_be_nothing: bool) -> Option<TokenStream> {
        match self.is_unknown {
            true => None,
            false => self.tokens.or_else(|| may_be_nothing.then(TokenStream::new)),
        }
    }
}

fn parse_items(input: ParseStream<'_>) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.parse()?);
    }
    Ok(items)
}

fn braced_tokens(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let content;
    braced!(content in input);
    content.parse()
}

/// The span of the last token of an attribute's inside.
fn last_span(meta: &Meta) -> proc_macro2::Span {
    let tokens = quote::ToTokens::to_token_stream(meta).into_iter();
    tokens.last().map_or_else(
        || meta.span(),
        |token| match token {
            TokenTree::Group(group) => group.span_close(),
            token => token.span(),
        },
    )
}

impl VisitMut for &Configurer<'_> {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        self.expand(attributes);
    }

    fn visit_item_mod_mut(&mut self, item: &mut ItemMod) {
        if let Some((_, items)) = &mut item.content {
            self.items(items);
        }
        visit_mut::visit_item_mod_mut(self, item);
    }

    fn visit_item_impl_mut(&mut self, item: &mut ItemImpl) {
        item.items
            .retain_mut(|item| attributes::of_impl_item_mut(item).is_none_or(|attributes| self.keeps(attributes)));
        visit_mut::visit_item_impl_mut(self, item);
    }

    fn visit_item_trait_mut(&mut self, item: &mut ItemTrait) {
        item.items
            .retain_mut(|item| attributes::of_trait_item_mut(item).is_none_or(|attributes| self.keeps(attributes)));
        visit_mut::visit_item_trait_mut(self, item);
    }

    // There is nothing in it that runs.
    fn visit_item_foreign_mod_mut(&mut self, _: &mut ItemForeignMod) {}

    fn visit_signature_mut(&mut self, signature: &mut Signature) {
        signature.inputs.retain(|input| match input {
            FnArg::Receiver(input) => self.keeps(&mut input.attrs),
            FnArg::Typed(input) => self.keeps(&mut input.attrs),
        });
        visit_mut::visit_signature_mut(self, signature);
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        self.statements(&mut block.stmts);
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::Macro(invocation) = expression
            && let Some(tokens) = self.chosen_tokens(&invocation.mac)
            && let Ok(stmts) = Block::parse_within.parse2(tokens)
        {
            let span = match &invocation.mac.delimiter {
                MacroDelimiter::Paren(paren) => paren.span,
                MacroDelimiter::Brace(brace) => brace.span,
                MacroDelimiter::Bracket(bracket) => bracket.span,
            };
            *expression = Expr::Block(ExprBlock {
                attrs: std::mem::take(&mut invocation.attrs),
                label: None,
                block: Block {
                    brace_token: Brace { span },
                    stmts,
                },
            });
        }
        visit_mut::visit_expr_mut(self, expression);
    }

    fn visit_expr_match_mut(&mut self, expression: &mut ExprMatch) {
        expression.arms.retain_mut(|arm: &mut Arm| self.keeps(&mut arm.attrs));
        visit_mut::visit_expr_match_mut(self, expression);
    }

    fn visit_expr_struct_mut(&mut self, expression: &mut ExprStruct) {
        expression.fields.retain(|field| self.keeps(&mut field.attrs));
        visit_mut::visit_expr_struct_mut(self, expression);
    }

    fn visit_expr_array_mut(&mut self, expression: &mut ExprArray) {
        self.expressions(&mut expression.elems);
        visit_mut::visit_expr_array_mut(self, expression);
    }

    fn visit_expr_tuple_mut(&mut self, expression: &mut ExprTuple) {
        self.expressions(&mut expression.elems);
        visit_mut::visit_expr_tuple_mut(self, expression);
    }

    fn visit_expr_call_mut(&mut self, expression: &mut ExprCall) {
        self.expressions(&mut expression.args);
        visit_mut::visit_expr_call_mut(self, expression);
    }

    fn visit_expr_method_call_mut(&mut self, expression: &mut ExprMethodCall) {
        self.expressions(&mut expression.args);
        visit_mut::visit_expr_method_call_mut(self, expression);
    }

    fn visit_pat_struct_mut(&mut self, pattern: &mut PatStruct) {
        pattern.fields.retain(|field| self.keeps(&mut field.attrs));
        visit_mut::visit_pat_struct_mut(self, pattern);
    }
}
