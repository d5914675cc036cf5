//! What is wrong with a program: where, why, and what to do about it, drawn as rustc draws it.

use std::{fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::source::Source;

/// An error in a program, with a way out of it.
///
/// `Display` draws it in the form of rustc's errors, without colour.
///
/// ```
/// use rewriter::{Program, Source, rewrite};
///
/// let error = rewrite(&Program {
///     crate_root: "src/main.rs".into(),
///     sources: vec![Source::new("src/main.rs", "fn main() {}\n")],
///     ..Program::default()
/// })
/// .unwrap_err();
/// assert!(error.render(false).starts_with("error: no call that starts the Lambda event loop\n --> src/main.rs:1:4\n"));
/// assert_eq!(error.render(false), error.to_string());
/// ```
#[derive(Clone, Debug)]
pub struct Diagnostic {
    title: String,
    source: Source,
    places: Vec<(Range<usize>, String)>,
    help: Vec<String>,
}

impl Diagnostic {
    /// An error at a place in a file.
    pub(crate) fn at(source: &Source, place: Range<usize>, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            source: source.clone(),
            places: vec![(place, String::new())],
            help: Vec::new(),
        }
    }

    /// Says what is at the place that was named last.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        if let Some((_, last)) = self.places.last_mut() {
            *last = label.into();
        }
        self
    }

    /// Names a further place in the same file.
    pub(crate) fn also(mut self, place: Range<usize>, label: impl Into<String>) -> Self {
        self.places.push((place, label.into()));
        self
    }

    /// Says what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// What is wrong, in a line.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Draws the error, in colour if asked.
    pub fn render(&self, colour: bool) -> String {
        self.render_as(Level::ERROR, colour)
    }

    fn render_as(&self, level: Level<'_>, colour: bool) -> String {
        let mark = self.source.byte_order_mark();
        let mut snippet = Snippet::source(&self.source.text[mark..]).path(self.source.path.as_str());
        for (index, (place, label)) in self.places.iter().enumerate() {
            let kind = match index {
                0 => AnnotationKind::Primary,
                _ => AnnotationKind::Context,
            };
            let place = place.start.saturating_sub(mark)..place.end.saturating_sub(mark);
            snippet = snippet.annotation(kind.span(place).label((!label.is_empty()).then_some(label.as_str())));
        }
        let report: Group<'_> = level.primary_title(self.title.as_str()).element(snippet);
        let report = self.help.iter().fold(report, |report, help| {
            report.element(Level::HELP.message(help.as_str()))
        });
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[report])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostic {}

/// All that is wrong with a program, as far as one thing doesn't follow from another.
///
/// `Display` draws them one below the other, without colour.
///
/// ```
/// use rewriter::{Program, Source, rewrite};
///
/// let errors = rewrite(&Program {
///     crate_root: "src/main.rs".into(),
///     sources: vec![Source::new("src/main.rs", "mod a;\nmod b;\nfn main() {}\n")],
///     has_all_files: true,
///     ..Program::default()
/// })
/// .unwrap_err();
/// let titles: Vec<&str> = errors.all().iter().map(|error| error.title()).collect();
/// assert_eq!(titles, ["the file of `mod a` is not among the `srcs`", "the file of `mod b` is not among the `srcs`"]);
/// assert_eq!(errors.to_string().matches("error: ").count(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Errors(Vec<Diagnostic>);

impl Errors {
    /// Of at least one error.
    pub(crate) fn new(all: Vec<Diagnostic>) -> Self {
        Self(all)
    }

    /// The errors, of which there is at least one.
    pub fn all(&self) -> &[Diagnostic] {
        &self.0
    }

    /// Draws the errors, in colour if asked.
    pub fn render(&self, colour: bool) -> String {
        let drawn: Vec<String> = self.0.iter().map(|error| error.render(colour)).collect();
        drawn.join("\n\n")
    }
}

impl From<Diagnostic> for Errors {
    fn from(error: Diagnostic) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for Errors {}

/// A warning of something in a program, drawn as a [`Diagnostic`] is.
///
/// ```
/// use rewriter::{Program, Source, rewrite};
///
/// let main = "fn main() { cache(std::env::current_exe()); block_on(lambda_runtime::run(handler())) }";
/// let rewritten = rewrite(&Program {
///     crate_root: "src/main.rs".into(),
///     sources: vec![Source::new("src/main.rs", main)],
///     deps: vec!["lambda_runtime".into()],
///     ..Program::default()
/// })?;
/// let warning = rewritten.warnings[0].render(false);
/// assert!(warning.starts_with("warning: `std::env::current_exe` does not name this program\n"));
/// # Ok::<(), rewriter::Errors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Warning(Diagnostic);

impl Warning {
    pub(crate) fn new(diagnostic: Diagnostic) -> Self {
        Self(diagnostic)
    }

    /// Draws the warning, in colour if asked.
    pub fn render(&self, colour: bool) -> String {
        self.0.render_as(Level::WARNING, colour)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}
