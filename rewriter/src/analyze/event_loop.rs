//! Where a program starts the event loop.

use std::ops::Range;

use proc_macro2::{Ident, Span, TokenStream};
use syn::{
    Arm, Attribute, Expr, ExprAsync, ExprAwait, ExprClosure, ExprForLoop, ExprGroup, ExprIf, ExprLet, ExprMatch,
    ExprMethodCall, ExprParen, ExprPath, ExprWhile, ImplItem, ImplItemFn, Item, ItemFn, ItemImpl, ItemMacro, ItemMod,
    Local, Macro, PatIdent, Stmt, TraitItem, TraitItemFn,
    visit::{self, Visit},
};

use crate::{
    attributes,
    calls::{Calls, Form, Function, Kind, OUTSIDE, Standing, Use, is_plain_macro},
    configure::is_choice,
    entry,
    macro_tokens::{Call, CalledPath, called_paths, mentions},
    module_tree::{ModulePath, ModuleTree, unraw},
    names::{External, Leaf, Names, Scope, UseItem},
};

/// A function that starts the event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Starter {
    /// `lambda_runtime::run`.
    Run,
    /// `lambda_http::run`.
    HttpRun,
    /// `lambda_http::run_with_streaming_response`.
    HttpRunStreaming,
    /// One that makes a value which starts the loop later: no function can stand in for it.
    Unbridged,
}

/// Every path that starts the event loop, or makes what does. One event is in the works at a time, so that what could take
/// several at once has the same stand-in.
const STARTERS: [(&[&str], Starter); 11] = [
    (&["lambda_runtime", "run"], Starter::Run),
    (&["lambda_runtime", "run_concurrent"], Starter::Run),
    (&["lambda_runtime", "Runtime", "new"], Starter::Unbridged),
    (&["lambda_http", "run"], Starter::HttpRun),
    (&["lambda_http", "run_concurrent"], Starter::HttpRun),
    (
        &["lambda_http", "run_with_streaming_response"],
        Starter::HttpRunStreaming,
    ),
    (
        &["lambda_http", "run_with_streaming_response_concurrent"],
        Starter::HttpRunStreaming,
    ),
    (&["lambda_http", "runtime"], Starter::Unbridged),
    (&["lambda_http", "runtime_concurrent"], Starter::Unbridged),
    (&["lambda_http", "streaming_runtime"], Starter::Unbridged),
    (&["lambda_http", "streaming_runtime_concurrent"], Starter::Unbridged),
];

impl Starter {
    /// The starter that an external path names.
    fn of(path: &[String]) -> Option<Self> {
        // lambda_http re-exports lambda_runtime.
        let path = match path {
            [first, second, ..] if first == "lambda_http" && second == "lambda_runtime" => &path[1..],
            path => path,
        };
        let found = STARTERS.iter().find(|(known, _)| known.iter().eq(path.iter()))?;
        Some(found.1)
    }
}

/// Whether an external path starts the event loop.
pub(crate) fn is_starter(path: &[String]) -> bool {
    Starter::of(path).is_some()
}

/// A place where the program starts the event loop.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) starter: Starter,
    /// The path, written in full.
    pub(crate) path: Vec<String>,
    /// The file, by its number in the module tree.
    pub(crate) file: usize,
    /// Where the path stands in the file's text.
    pub(crate) place: Range<usize>,
    /// The import that names the function, if one does.
    pub(crate) leaf: Option<Leaf>,
    /// Whether it surely is a part of the program.
    pub(crate) is_certain: bool,
    /// The function that it stands in, by its number among the program's calls.
    pub(crate) caller: usize,
    /// How it stands in that function.
    pub(crate) standing: Standing,
    function: usize,
    branches: Vec<(usize, usize)>,
}

impl Start {
    /// Whether this place is reached only by way of the earlier `other`: one in the same function, in no branch that
    /// this one is not in too.
    pub(crate) fn follows(&self, other: &Self) -> bool {
        self.function == other.function && self.branches.starts_with(&other.branches)
    }
}

/// What a program's functions do.
pub(crate) struct Found<'a> {
    /// All places where the event loop starts, in the order of the files and their text.
    pub(crate) starts: Vec<Start>,
    /// What else is called.
    pub(crate) calls: Calls,
    /// All `use` items.
    pub(crate) imports: Vec<UseItem<'a>>,
}

/// Reads the functions of a program.
pub(crate) fn find<'a>(tree: &'a ModuleTree<'a>, names: Names<'a>) -> Found<'a> {
    let mut finder = Finder {
        tree,
        names,
        starts: Vec::new(),
        calls: Calls::default(),
        caller: OUTSIDE,
        is_of_trait: false,
        impl_attribute: None,
        file: 0,
        module: Vec::new(),
        blocks: Vec::new(),
        locals: Vec::new(),
        function: 0,
        functions: 0,
        branches: Vec::new(),
        forks: 0,
        is_awaited: false,
        is_certain: true,
        futures: 0,
        in_macro: None,
    };
    for (index, file) in tree.files.iter().enumerate() {
        finder.file = index;
        finder.module.clone_from(&file.module);
        finder.is_certain = file.is_certain;
        finder.visit_file(&file.parsed.tree);
    }
    Found {
        starts: finder.starts,
        calls: finder.calls,
        imports: finder.names.uses,
    }
}

struct Finder<'a> {
    tree: &'a ModuleTree<'a>,
    names: Names<'a>,
    starts: Vec<Start>,
    calls: Calls,
    /// The function around what is visited, by its number among the calls.
    caller: usize,
    /// Whether the `impl` around what is visited is a trait's.
    is_of_trait: bool,
    /// An attribute of that `impl` that may be a macro.
    impl_attribute: Option<Range<usize>>,
    file: usize,
    module: ModulePath,
    blocks: Vec<Scope>,
    /// The variables in sight, which hide what is imported.
    locals: Vec<String>,
    function: usize,
    functions: usize,
    branches: Vec<(usize, usize)>,
    forks: usize,
    /// Whether what is visited is called and awaited.
    is_awaited: bool,
    /// Whether what is visited surely is a part of the program.
    is_certain: bool,
    /// How many async blocks and closures are around what is visited. Whoever polls them may poll others beside them.
    futures: usize,
    /// The macro whose argument is visited.
    in_macro: Option<String>,
}

impl<'a> Finder<'a> {
    fn path(&mut self, segments: &[String], first: Span, last: Span) {
        if matches!(segments, [name] if self.locals.contains(name)) {
            return;
        }
        let Some(External { path, leaf }) = self.names.resolve(&self.module, &self.blocks, segments) else {
            return;
        };
        if let Some(starter) = Starter::of(&self.names.known(&path)) {
            self.starts.push(Start {
                starter,
                path,
                file: self.file,
                place: self.tree.files[self.file].parsed.between(first, last),
                leaf,
                is_certain: self.is_certain,
                caller: self.caller,
                standing: self.standing(self.is_awaited),
                function: self.function,
                branches: self.branches.clone(),
            });
        }
    }

    /// Visits what has these attributes, which may take it out of the program.
    fn configured(&mut self, attributes: &[Attribute], visit: impl FnOnce(&mut Self)) {
        match self.tree.cfg.keeps(attributes) {
            Some(_) => visit(self),
            None => self.uncertain(visit),
        }
    }

    /// Visits what may be configured away.
    fn uncertain(&mut self, visit: impl FnOnce(&mut Self)) {
        let was_certain = std::mem::replace(&mut self.is_certain, false);
        self.forks += 1;
        self.in_arm(self.forks, 0, visit);
        self.is_certain = was_certain;
    }

    fn in_function(&mut self, visit: impl FnOnce(&mut Self)) {
        self.functions += 1;
        let function = std::mem::replace(&mut self.function, self.functions);
        // Branches around a function's declaration are none of its body.
        let branches = std::mem::take(&mut self.branches);
        let locals = std::mem::take(&mut self.locals);
        let futures = std::mem::take(&mut self.futures);
        visit(self);
        self.futures = futures;
        self.locals = locals;
        self.branches = branches;
        self.function = function;
    }

    /// Visits what has variables of its own.
    fn in_scope(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = self.locals.len();
        visit(self);
        self.locals.truncate(outer);
    }

    /// Visits what makes a future.
    fn in_future(&mut self, visit: impl FnOnce(&mut Self)) {
        self.futures += 1;
        visit(self);
        self.futures -= 1;
    }

    /// Visits the body of a function, or the tokens of a macro that is declared.
    fn in_caller(&mut self, kind: Kind, name: &Ident, attributes: &[Attribute], visit: impl FnOnce(&mut Self)) {
        let file = &self.tree.files[self.file].parsed;
        let is_outermost = self.file == 0 && self.module.is_empty() && self.blocks.is_empty();
        let attribute = match kind {
            Kind::Macro => None,
            _ => self.macro_attribute(attributes).or_else(|| self.impl_attribute.clone()),
        };
        self.calls.functions.push(Function {
            name: unraw(name),
            kind,
            module: self.blocks.is_empty().then(|| self.module.clone()),
            file: self.file,
            place: file.range(name.span()),
            is_main: is_outermost && kind == Kind::Free && unraw(name) == "main",
            attribute,
        });
        let caller = std::mem::replace(&mut self.caller, self.calls.functions.len() - 1);
        visit(self);
        self.caller = caller;
    }

    /// Where an attribute stands that may be a macro, and make something else of what it is put on.
    fn macro_attribute(&self, attributes: &[Attribute]) -> Option<Range<usize>> {
        let mut attributes = attributes.iter();
        let attribute =
            attributes.find(|attribute| entry::may_be_macro(attribute) && !self.leaves_as_it_is(attribute))?;
        let file = &self.tree.files[self.file].parsed;
        Some(file.between(attribute.pound_token.span, attribute.bracket_token.span.close()))
    }

    /// Whether an attribute is a macro that is known to wait for the function that it is put on, and for nothing else.
    fn leaves_as_it_is(&self, attribute: &Attribute) -> bool {
        let segments = attribute.path().segments.iter();
        let segments: Vec<String> = segments.map(|segment| unraw(&segment.ident)).collect();
        let path = match self.names.resolve(&self.module, &self.blocks, &segments) {
            Some(external) => external.path,
            None => return false,
        };
        entry::is_tokio_main(&self.names.known(&path)) || path.last().is_some_and(|last| last == "instrument")
    }

    fn standing(&self, is_awaited: bool) -> Standing {
        Standing {
            is_awaited,
            is_in_future: self.futures > 0,
            in_macro: self.in_macro.clone(),
        }
    }

    /// Takes in that something is named.
    fn named(&mut self, form: Form, segments: Vec<String>, place: Range<usize>, is_awaited: bool) {
        let Some(name) = segments.last().cloned() else { return };
        if form == Form::Path && matches!(segments.as_slice(), [name] if self.locals.contains(name)) {
            return;
        }
        let external = match form {
            Form::Path => self.names.resolve(&self.module, &self.blocks, &segments),
            _ => None,
        };
        self.calls.uses.push(Use {
            is_external: external.is_some(),
            path: external.map_or(segments, |external| external.path),
            name,
            form,
            module: self.module.clone(),
            file: self.file,
            place,
            function: self.caller,
            standing: self.standing(is_awaited),
        });
    }

    fn method(&mut self, call: &'a ExprMethodCall, is_awaited: bool) {
        let place = self.tree.files[self.file].parsed.range(call.method.span());
        let form = Form::Method(call.args.len());
        self.named(form, vec![unraw(&call.method)], place, is_awaited);
        self.visit_expr(&call.receiver);
        for argument in &call.args {
            self.visit_expr(argument);
        }
    }

    /// Takes in a macro's tokens. Whether `several` of the paths that are called there may stand beside each other, none
    /// known to be reached by way of another.
    fn tokens(&mut self, tokens: &TokenStream, several: bool) {
        let mentions = mentions(tokens.clone());
        let outer = self.futures;
        // Which of the calls are in the block is not looked at.
        let futures = outer + usize::from(mentions.iter().any(|(ident, _)| ident == "async"));
        self.futures = futures;
        let is_choice = self.in_macro.as_deref().is_some_and(is_choice);
        for called in called_paths(tokens.clone(), self.tree.cfg) {
            let take = |finder: &mut Self| match is_choice {
                true => finder.uncertain(|finder| finder.called(&called)),
                false => finder.called(&called),
            };
            match several {
                true => self.in_function(|finder| {
                    finder.futures = futures;
                    take(finder);
                }),
                false => take(self),
            }
        }
        for (ident, mention) in mentions {
            let place = self.tree.files[self.file].parsed.range(ident.span());
            let is_awaited = matches!(mention.call, Call::Awaited | Call::Macro);
            self.named(Form::Token(mention), vec![unraw(&ident)], place, is_awaited);
        }
        self.futures = outer;
    }

    /// Takes in what is called in a macro's tokens.
    fn called(&mut self, called: &CalledPath) {
        self.is_awaited = called.is_awaited;
        self.path(&called.segments, called.first, called.last);
        self.is_awaited = false;
    }

    fn in_arm(&mut self, fork: usize, arm: usize, visit: impl FnOnce(&mut Self)) {
        self.branches.push((fork, arm));
        visit(self);
        self.branches.pop();
    }
}

impl<'a> Visit<'a> for Finder<'a> {
    fn visit_item(&mut self, item: &'a Item) {
        self.configured(attributes::of_item(item), |finder| visit::visit_item(finder, item));
    }

    fn visit_impl_item(&mut self, item: &'a ImplItem) {
        self.configured(attributes::of_impl_item(item), |finder| {
            visit::visit_impl_item(finder, item)
        });
    }

    fn visit_trait_item(&mut self, item: &'a TraitItem) {
        self.configured(attributes::of_trait_item(item), |finder| {
            visit::visit_trait_item(finder, item)
        });
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.configured(attributes::of_stmt(statement), |finder| {
            visit::visit_stmt(finder, statement)
        });
    }

    fn visit_arm(&mut self, arm: &'a Arm) {
        self.configured(&arm.attrs, |finder| visit::visit_arm(finder, arm));
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
        self.in_function(|finder| {
            finder.in_caller(Kind::Free, &item.sig.ident, &item.attrs, |finder| {
                visit::visit_item_fn(finder, item)
            });
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        let kind = match self.is_of_trait {
            true => Kind::Trait,
            false => Kind::Method,
        };
        self.in_function(|finder| {
            finder.in_caller(kind, &item.sig.ident, &item.attrs, |finder| {
                visit::visit_impl_item_fn(finder, item);
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
        self.in_function(|finder| {
            finder.in_caller(Kind::Trait, &item.sig.ident, &item.attrs, |finder| {
                visit::visit_trait_item_fn(finder, item)
            });
        });
    }

    fn visit_block(&mut self, block: &'a syn::Block) {
        let mut scope = Scope::default();
        let items = block.stmts.iter().filter_map(|statement| match statement {
            Stmt::Item(item) => Some(item),
            _ => None,
        });
        scope.add(items, self.file, &mut self.names.uses);
        self.blocks.push(scope);
        self.in_scope(|finder| visit::visit_block(finder, block));
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
        self.in_future(|finder| finder.in_scope(|finder| visit::visit_expr_closure(finder, expression)));
    }

    fn visit_expr_for_loop(&mut self, expression: &'a ExprForLoop) {
        self.visit_expr(&expression.expr);
        self.in_scope(|finder| {
            finder.visit_pat(&expression.pat);
            finder.visit_block(&expression.body);
        });
    }

    fn visit_expr_while(&mut self, expression: &'a ExprWhile) {
        self.in_scope(|finder| visit::visit_expr_while(finder, expression));
    }

    fn visit_expr_let(&mut self, expression: &'a ExprLet) {
        self.visit_expr(&expression.expr);
        self.visit_pat(&expression.pat);
    }

    fn visit_expr_if(&mut self, expression: &'a ExprIf) {
        self.forks += 1;
        let fork = self.forks;
        self.in_scope(|finder| {
            finder.visit_expr(&expression.cond);
            finder.in_arm(fork, 0, |finder| finder.visit_block(&expression.then_branch));
        });
        if let Some((_, otherwise)) = &expression.else_branch {
            self.in_arm(fork, 1, |finder| finder.visit_expr(otherwise));
        }
    }

    fn visit_expr_match(&mut self, expression: &'a ExprMatch) {
        self.forks += 1;
        let fork = self.forks;
        self.visit_expr(&expression.expr);
        for (index, arm) in expression.arms.iter().enumerate() {
            self.in_arm(fork, index, |finder| finder.in_scope(|finder| finder.visit_arm(arm)));
        }
    }

    fn visit_expr_async(&mut self, expression: &'a ExprAsync) {
        self.in_future(|finder| visit::visit_expr_async(finder, expression));
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
            self.named(
                Form::Path,
                vec!["Self".to_owned(), unraw(&last.ident)],
                place,
                is_awaited,
            );
        }
        if expression.qself.is_none()
            && let (Some(first), Some(last)) = (expression.path.segments.first(), expression.path.segments.last())
        {
            let absolute = expression.path.leading_colon.map(|_| String::new());
            let names = expression.path.segments.iter().map(|segment| unraw(&segment.ident));
            let segments: Vec<String> = absolute.into_iter().chain(names).collect();
            let start = match &expression.path.leading_colon {
                Some(colons) => colons.spans[0],
                None => first.ident.span(),
            };
            self.path(&segments, start, last.ident.span());
            let place = self.tree.files[self.file].parsed.between(start, last.ident.span());
            self.named(Form::Path, segments, place, self.is_awaited);
        }
        visit::visit_expr_path(self, expression);
    }

    fn visit_item_macro(&mut self, item: &'a ItemMacro) {
        let Some(name) = &item.ident else {
            return self.visit_macro(&item.mac);
        };
        if may_have_company(&item.mac.tokens) {
            self.calls.opaque_macros.push(unraw(name));
        }
        self.in_caller(Kind::Macro, name, &item.attrs, |finder| {
            finder.tokens(&item.mac.tokens, true);
        });
    }

    fn visit_macro(&mut self, invocation: &'a Macro) {
        let Some(name) = invocation.path.segments.last() else {
            return;
        };
        let place = self.tree.files[self.file].parsed.range(name.ident.span());
        self.named(Form::Macro, vec![unraw(&name.ident)], place, true);
        let outer = self.in_macro.replace(unraw(&name.ident));
        // What a macro outside of functions makes of its tokens is several functions.
        self.tokens(&invocation.tokens, self.caller == OUTSIDE);
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
fn may_have_company(tokens: &TokenStream) -> bool {
    mentions(tokens.clone())
        .iter()
        .any(|(ident, mention)| ident == "async" || mention.call == Call::Macro && !is_plain_macro(&unraw(ident)))
}
