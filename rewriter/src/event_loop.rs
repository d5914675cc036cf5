//! Where a program starts the event loop.

use std::ops::Range;

use proc_macro2::Span;
use syn::{
    Arm, Attribute, Expr, ExprAsync, ExprAwait, ExprClosure, ExprForLoop, ExprIf, ExprLet, ExprMatch, ExprPath,
    ExprWhile, ImplItem, ImplItemFn, Item, ItemFn, ItemMacro, ItemMod, Local, Macro, PatIdent, Stmt, TraitItem,
    TraitItemFn,
    visit::{self, Visit},
};

use crate::{
    attributes,
    configure::is_choice,
    macro_tokens::{CalledPath, called_paths},
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
    /// Whether the function that it stands in waits for it alone: no other work goes on beside it.
    pub(crate) is_alone: bool,
    /// Whether it surely is a part of the program.
    pub(crate) is_certain: bool,
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

/// All places where the program starts the event loop, in the order of the files and their text, and all `use` items.
pub(crate) fn find<'a>(tree: &'a ModuleTree<'a>, names: Names<'a>) -> (Vec<Start>, Vec<UseItem<'a>>) {
    let mut finder = Finder {
        tree,
        names,
        starts: Vec::new(),
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
    };
    for (index, file) in tree.files.iter().enumerate() {
        finder.file = index;
        finder.module.clone_from(&file.module);
        finder.is_certain = file.is_certain;
        finder.visit_file(&file.parsed.tree);
    }
    (finder.starts, finder.names.uses)
}

struct Finder<'a> {
    tree: &'a ModuleTree<'a>,
    names: Names<'a>,
    starts: Vec<Start>,
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
                is_alone: self.is_awaited && self.futures == 0,
                is_certain: self.is_certain,
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

    /// Takes in what is called in a macro's tokens.
    fn called(&mut self, called: &CalledPath, has_company: bool) {
        self.is_awaited = called.is_awaited && !has_company;
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
        self.in_function(|finder| visit::visit_item_fn(finder, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        self.in_function(|finder| visit::visit_impl_item_fn(finder, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        self.in_function(|finder| visit::visit_trait_item_fn(finder, item));
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
        if let Expr::Call(call) = &*expression.base
            && let Expr::Path(path) = &*call.func
        {
            self.is_awaited = true;
            self.visit_expr_path(path);
            self.is_awaited = false;
            for argument in &call.args {
                self.visit_expr(argument);
            }
        } else {
            visit::visit_expr_await(self, expression);
        }
    }

    fn visit_expr_path(&mut self, expression: &'a ExprPath) {
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
        }
        visit::visit_expr_path(self, expression);
    }

    fn visit_item_macro(&mut self, item: &'a ItemMacro) {
        let name = item.mac.path.segments.last();
        let is_choice = name.is_some_and(|name| is_choice(&unraw(&name.ident)));
        for called in called_paths(item.mac.tokens.clone(), self.tree.cfg) {
            // In an item's macro, as in one that is declared, no call is known to lie behind another.
            self.in_function(|finder| match is_choice {
                true => finder.uncertain(|finder| finder.called(&called, false)),
                false => finder.called(&called, false),
            });
        }
    }

    fn visit_macro(&mut self, invocation: &'a Macro) {
        let name = invocation.path.segments.last();
        let is_choice = name.is_some_and(|name| is_choice(&unraw(&name.ident)));
        let has_company = !is_choice && name.is_some_and(|name| is_for_several(&unraw(&name.ident)));
        for called in called_paths(invocation.tokens.clone(), self.tree.cfg) {
            match is_choice {
                true => self.uncertain(|finder| finder.called(&called, has_company)),
                false => self.called(&called, has_company),
            }
        }
    }
}

/// Whether a macro of this name polls several futures: tokio's and futures' `join`, `try_join`, `select` and their like.
fn is_for_several(name: &str) -> bool {
    name.contains("join") || name.contains("select")
}
