//! The walk through the syntax trees of a program.

use proc_macro2::TokenStream;
use syn::{
    Arm, Block, Expr, ExprAsync, ExprAwait, ExprClosure, ExprForLoop, ExprGroup, ExprIf, ExprLet, ExprMatch,
    ExprMethodCall, ExprParen, ExprPath, ExprWhile, ImplItem, ImplItemFn, Item, ItemFn, ItemImpl, ItemMacro, ItemMod,
    Local, Macro, PatIdent, Stmt, TraitItem, TraitItemFn,
    visit::{self, Visit},
};

use super::FunctionReader;
use crate::{
    analyze::call_graph::{CallableKind, ReferenceForm, is_plain_macro},
    input::{
        attributes,
        syntax::{segments, unraw},
    },
    resolve::{
        mentions::{Call, mentions},
        scope::Scope,
    },
};

impl<'a> FunctionReader<'a> {
    fn method(&mut self, call: &'a ExprMethodCall, is_awaited: bool) {
        let place = self.tree.files[self.file].parsed.range(call.method.span());
        let form = ReferenceForm::Method(call.args.len());
        self.reference(form, vec![unraw(&call.method)], place, is_awaited);
        self.visit_expr(&call.receiver);
        for argument in &call.args {
            self.visit_expr(argument);
        }
    }
}

impl<'a> Visit<'a> for FunctionReader<'a> {
    fn visit_item(&mut self, item: &'a Item) {
        self.configured(attributes::of_item(item), |reader| visit::visit_item(reader, item));
    }

    fn visit_impl_item(&mut self, item: &'a ImplItem) {
        self.configured(attributes::of_impl_item(item), |reader| {
            visit::visit_impl_item(reader, item)
        });
    }

    fn visit_trait_item(&mut self, item: &'a TraitItem) {
        self.configured(attributes::of_trait_item(item), |reader| {
            visit::visit_trait_item(reader, item)
        });
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.configured(attributes::of_stmt(statement), |reader| {
            visit::visit_stmt(reader, statement)
        });
    }

    fn visit_arm(&mut self, arm: &'a Arm) {
        self.configured(&arm.attrs, |reader| visit::visit_arm(reader, arm));
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if item.content.is_none() {
            return;
        }
        self.module.push(unraw(&item.ident));
        let blocks = std::mem::take(&mut self.blocks);
        visit::visit_item_mod(self, item);
        self.blocks = blocks;
        self.module.pop();
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        self.in_body(|reader| {
            reader.in_callable(CallableKind::Free, &item.sig.ident, &item.attrs, |reader| {
                visit::visit_item_fn(reader, item)
            });
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        let kind = match self.is_of_trait {
            true => CallableKind::Trait,
            false => CallableKind::Method,
        };
        self.in_body(|reader| {
            reader.in_callable(kind, &item.sig.ident, &item.attrs, |reader| {
                visit::visit_impl_item_fn(reader, item);
            });
        });
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        let attribute = self.macro_attribute(&item.attrs);
        let is_of_trait = std::mem::replace(&mut self.is_of_trait, item.trait_.is_some());
        let impl_attribute = std::mem::replace(&mut self.impl_attribute, attribute);
        visit::visit_item_impl(self, item);
        self.impl_attribute = impl_attribute;
        self.is_of_trait = is_of_trait;
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        self.in_body(|reader| {
            reader.in_callable(CallableKind::Trait, &item.sig.ident, &item.attrs, |reader| {
                visit::visit_trait_item_fn(reader, item)
            });
        });
    }

    fn visit_block(&mut self, block: &'a Block) {
        let mut scope = Scope::default();
        let items = block.stmts.iter().filter_map(|statement| match statement {
            Stmt::Item(item) => Some(item),
            _ => None,
        });
        scope.add(items, self.file, &mut self.names.use_items);
        self.blocks.push(scope);
        self.in_scope(|reader| visit::visit_block(reader, block));
        self.blocks.pop();
    }

    fn visit_local(&mut self, local: &'a Local) {
        // What a variable is initialised with does not see it yet.
        if let Some(init) = &local.init {
            self.visit_local_init(init);
        }
        self.visit_pat(&local.pat);
    }

    fn visit_pat_ident(&mut self, pattern: &'a PatIdent) {
        self.locals.push(unraw(&pattern.ident));
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_expr_closure(&mut self, expression: &'a ExprClosure) {
        self.in_future(|reader| reader.in_scope(|reader| visit::visit_expr_closure(reader, expression)));
    }

    fn visit_expr_for_loop(&mut self, expression: &'a ExprForLoop) {
        self.visit_expr(&expression.expr);
        self.in_scope(|reader| {
            reader.visit_pat(&expression.pat);
            reader.visit_block(&expression.body);
        });
    }

    fn visit_expr_while(&mut self, expression: &'a ExprWhile) {
        self.in_scope(|reader| visit::visit_expr_while(reader, expression));
    }

    fn visit_expr_let(&mut self, expression: &'a ExprLet) {
        self.visit_expr(&expression.expr);
        self.visit_pat(&expression.pat);
    }

    fn visit_expr_if(&mut self, expression: &'a ExprIf) {
        self.forks += 1;
        let fork = self.forks;
        self.in_scope(|reader| {
            reader.visit_expr(&expression.cond);
            reader.in_arm(fork, 0, |reader| reader.visit_block(&expression.then_branch));
        });
        if let Some((_, otherwise)) = &expression.else_branch {
            self.in_arm(fork, 1, |reader| reader.visit_expr(otherwise));
        }
    }

    fn visit_expr_match(&mut self, expression: &'a ExprMatch) {
        self.forks += 1;
        let fork = self.forks;
        self.visit_expr(&expression.expr);
        for (index, arm) in expression.arms.iter().enumerate() {
            self.in_arm(fork, index, |reader| reader.in_scope(|reader| reader.visit_arm(arm)));
        }
    }

    fn visit_expr_async(&mut self, expression: &'a ExprAsync) {
        self.in_future(|reader| visit::visit_expr_async(reader, expression));
    }

    fn visit_expr_await(&mut self, expression: &'a ExprAwait) {
        let mut base = &*expression.base;
        loop {
            base = match base {
                Expr::Paren(ExprParen { expr, .. }) | Expr::Group(ExprGroup { expr, .. }) => expr,
                Expr::MethodCall(call) if TRACERS.iter().any(|name| call.method == name) => {
                    call.args.iter().for_each(|argument| self.visit_expr(argument));
                    &call.receiver
                }
                _ => break,
            }
        }
        match base {
            Expr::Call(call) if matches!(&*call.func, Expr::Path(_)) => {
                self.is_awaited = true;
                self.visit_expr(&call.func);
                self.is_awaited = false;
                for argument in &call.args {
                    self.visit_expr(argument);
                }
            }
            Expr::MethodCall(call) => self.method(call, true),
            _ => self.visit_expr(base),
        }
    }

    fn visit_expr_method_call(&mut self, expression: &'a ExprMethodCall) {
        self.method(expression, false);
    }

    fn visit_expr_path(&mut self, expression: &'a ExprPath) {
        if let (Some(_), Some(last)) = (&expression.qself, expression.path.segments.last()) {
            let place = self.tree.files[self.file].parsed.range(last.ident.span());
            let is_awaited = self.is_awaited;
            self.reference(
                ReferenceForm::Path,
                vec!["Self".to_owned(), unraw(&last.ident)],
                place,
                is_awaited,
            );
        }
        if expression.qself.is_none()
            && let (Some(first), Some(last)) = (expression.path.segments.first(), expression.path.segments.last())
        {
            let absolute = expression.path.leading_colon.map(|_| String::new());
            let segments: Vec<String> = absolute.into_iter().chain(segments(&expression.path)).collect();
            let start = match &expression.path.leading_colon {
                Some(colons) => colons.spans[0],
                None => first.ident.span(),
            };
            self.path(&segments, start, last.ident.span());
            let place = self.tree.files[self.file].parsed.between(start, last.ident.span());
            self.reference(ReferenceForm::Path, segments, place, self.is_awaited);
        }
        visit::visit_expr_path(self, expression);
    }

    fn visit_item_macro(&mut self, item: &'a ItemMacro) {
        let Some(name) = &item.ident else {
            return self.visit_macro(&item.mac);
        };
        if may_run_beside_other_work(&item.mac.tokens) {
            self.graph.opaque_macros.push(unraw(name));
        }
        self.in_callable(CallableKind::Macro, name, &item.attrs, |reader| {
            reader.tokens(&item.mac.tokens, true);
        });
    }

    fn visit_macro(&mut self, invocation: &'a Macro) {
        let Some(name) = invocation.path.segments.last() else {
            return;
        };
        let place = self.tree.files[self.file].parsed.range(name.ident.span());
        self.reference(ReferenceForm::Macro, vec![unraw(&name.ident)], place, true);
        let outer = self.in_macro.replace(unraw(&name.ident));
        // What a macro outside of functions makes of its tokens is several functions.
        self.tokens(&invocation.tokens, self.caller.is_none());
        self.in_macro = outer;
    }
}

/// tracing's methods around a future, which poll nothing else.
const TRACERS: [&str; 4] = [
    "in_current_span",
    "instrument",
    "with_current_subscriber",
    "with_subscriber",
];

/// Whether the tokens of a macro that is declared may put its arguments beside other work.
fn may_run_beside_other_work(tokens: &TokenStream) -> bool {
    mentions(tokens.clone())
        .iter()
        .any(|(ident, mention)| ident == "async" || mention.call == Call::Macro && !is_plain_macro(&unraw(ident)))
}
