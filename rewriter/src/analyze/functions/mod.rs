//! Reads the functions of a program: what they call, and where they start the event loop.

mod visit;

use std::ops::Range;

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute, visit::Visit};

use super::{
    call_graph::{CallContext, CallGraph, Callable, CallableKind, Reference, ReferenceForm},
    event_loop::{Start, Starter},
    macro_attributes::{is_tokio_main, may_be_macro},
};
use crate::{
    input::{
        configure::is_choice,
        module_tree::{ModulePath, ModuleTree},
        syntax::{segments, unraw},
    },
    resolve::{
        called_paths::{CalledPath, called_paths},
        mentions::{Call, mentions},
        names::{External, Names},
        scope::{Scope, UseItem},
    },
};

/// What the functions of a program were found to do.
pub(crate) struct Analysis<'a> {
    /// All places where the event loop starts, in the order of the files and their text.
    pub(crate) starts: Vec<Start>,
    /// Who calls whom.
    pub(crate) graph: CallGraph,
    /// All `use` items.
    pub(crate) use_items: Vec<UseItem<'a>>,
}

/// Reads the functions of a program.
pub(crate) fn read<'a>(tree: &'a ModuleTree<'a>, names: Names<'a>) -> Analysis<'a> {
    let mut reader = FunctionReader {
        tree,
        names,
        starts: Vec::new(),
        graph: CallGraph::default(),
        caller: None,
        is_of_trait: false,
        impl_attribute: None,
        file: 0,
        module: Vec::new(),
        blocks: Vec::new(),
        locals: Vec::new(),
        body: 0,
        bodies: 0,
        branches: Vec::new(),
        forks: 0,
        is_awaited: false,
        is_certain: true,
        futures: 0,
        in_macro: None,
    };
    for (index, file) in tree.files.iter().enumerate() {
        reader.file = index;
        reader.module.clone_from(&file.module);
        reader.is_certain = file.is_certain;
        reader.visit_file(&file.parsed.tree);
    }
    let names = reader.names;
    let mut starts = reader.starts;
    // What may be configured away is, where it names a crate that is not there.
    starts.retain(|start| start.is_certain || names.is_dependency(&start.path[0]));
    Analysis {
        starts,
        graph: reader.graph,
        use_items: names.use_items,
    }
}

struct FunctionReader<'a> {
    tree: &'a ModuleTree<'a>,
    names: Names<'a>,
    starts: Vec<Start>,
    graph: CallGraph,
    /// What is around what is visited, by its number among the callables.
    caller: Option<usize>,
    /// Whether the `impl` around what is visited is a trait's.
    is_of_trait: bool,
    /// An attribute of that `impl` that may be a macro.
    impl_attribute: Option<Range<usize>>,
    file: usize,
    module: ModulePath,
    blocks: Vec<Scope>,
    /// The variables in sight, which hide what is imported.
    locals: Vec<String>,
    /// The number of the body around what is visited, and how many there were.
    body: usize,
    bodies: usize,
    /// The branches of that body that are around what is visited, as in a [`Start`], and how many places there were
    /// where ways part.
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

impl FunctionReader<'_> {
    /// Takes in a path that is called, or named, if it starts the event loop.
    fn path(&mut self, segments: &[String], first: Span, last: Span) {
        if matches!(segments, [name] if self.locals.contains(name)) {
            return;
        }
        let Some(External { path, import }) = self.names.resolve(&self.module, &self.blocks, segments) else {
            return;
        };
        if let Some(starter) = Starter::of(&self.names.canonical(&path)) {
            self.starts.push(Start {
                starter,
                path,
                file: self.file,
                place: self.tree.files[self.file].parsed.between(first, last),
                import,
                is_certain: self.is_certain,
                caller: self.caller,
                context: self.context(self.is_awaited),
                body: self.body,
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

    /// Visits a body.
    fn in_body(&mut self, visit: impl FnOnce(&mut Self)) {
        self.bodies += 1;
        let body = std::mem::replace(&mut self.body, self.bodies);
        // Branches around a function's declaration are none of its body.
        let branches = std::mem::take(&mut self.branches);
        let locals = std::mem::take(&mut self.locals);
        let futures = std::mem::take(&mut self.futures);
        visit(self);
        self.futures = futures;
        self.locals = locals;
        self.branches = branches;
        self.body = body;
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
    fn in_callable(
        &mut self,
        kind: CallableKind,
        name: &Ident,
        attributes: &[Attribute],
        visit: impl FnOnce(&mut Self),
    ) {
        let file = &self.tree.files[self.file].parsed;
        let is_outermost = self.file == 0 && self.module.is_empty() && self.blocks.is_empty();
        let attribute = match kind {
            CallableKind::Macro => None,
            _ => self.macro_attribute(attributes).or_else(|| self.impl_attribute.clone()),
        };
        self.graph.callables.push(Callable {
            name: unraw(name),
            kind,
            module: self.blocks.is_empty().then(|| self.module.clone()),
            file: self.file,
            place: file.range(name.span()),
            is_main: is_outermost && kind == CallableKind::Free && unraw(name) == "main",
            attribute,
        });
        let number = self.graph.callables.len() - 1;
        let caller = self.caller.replace(number);
        visit(self);
        self.caller = caller;
    }

    /// Where an attribute stands that may be a macro, and make something else of what it is put on.
    fn macro_attribute(&self, attributes: &[Attribute]) -> Option<Range<usize>> {
        let mut attributes = attributes.iter();
        let attribute = attributes.find(|attribute| may_be_macro(attribute) && !self.leaves_as_it_is(attribute))?;
        Some(self.tree.files[self.file].parsed.attribute(attribute))
    }

    /// Whether an attribute is a macro that is known to wait for the function that it is put on, and for nothing else.
    fn leaves_as_it_is(&self, attribute: &Attribute) -> bool {
        let segments = segments(attribute.path());
        let Some(External { path, .. }) = self.names.resolve(&self.module, &self.blocks, &segments) else {
            return false;
        };
        is_tokio_main(&self.names.canonical(&path)) || path.last().is_some_and(|last| last == "instrument")
    }

    fn context(&self, is_awaited: bool) -> CallContext {
        CallContext {
            is_awaited,
            is_in_future: self.futures > 0,
            in_macro: self.in_macro.clone(),
        }
    }

    /// Takes in a reference to something that may be callable.
    fn reference(&mut self, form: ReferenceForm, segments: Vec<String>, place: Range<usize>, is_awaited: bool) {
        let Some(name) = segments.last().cloned() else { return };
        if form == ReferenceForm::Path && matches!(segments.as_slice(), [name] if self.locals.contains(name)) {
            return;
        }
        let external = match form {
            ReferenceForm::Path => self.names.resolve(&self.module, &self.blocks, &segments),
            _ => None,
        };
        self.graph.references.push(Reference {
            is_external: external.is_some(),
            path: external.map_or(segments, |external| external.path),
            name,
            form,
            module: self.module.clone(),
            file: self.file,
            place,
            caller: self.caller,
            context: self.context(is_awaited),
        });
    }

    /// Takes in a macro's tokens. Where `are_several`, the paths that are called there may stand in bodies of their own,
    /// none known to be reached by way of another.
    fn tokens(&mut self, tokens: &TokenStream, are_several: bool) {
        let mentions = mentions(tokens.clone());
        let outer = self.futures;
        // Which of the calls are in the block is not looked at.
        let futures = outer + usize::from(mentions.iter().any(|(ident, _)| ident == "async"));
        self.futures = futures;
        let is_choice = self.in_macro.as_deref().is_some_and(is_choice);
        for called in called_paths(tokens.clone(), self.tree.cfg) {
            let take = |reader: &mut Self| match is_choice {
                true => reader.uncertain(|reader| reader.called(&called)),
                false => reader.called(&called),
            };
            match are_several {
                true => self.in_body(|reader| {
                    reader.futures = futures;
                    take(reader);
                }),
                false => take(self),
            }
        }
        for (ident, mention) in mentions {
            let place = self.tree.files[self.file].parsed.range(ident.span());
            let is_awaited = matches!(mention.call, Call::Awaited | Call::Macro);
            self.reference(ReferenceForm::Token(mention), vec![unraw(&ident)], place, is_awaited);
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
