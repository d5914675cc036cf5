//! What is found, and how it is told.

use std::fmt;

use serde::Serialize;

/// What a finding means for a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing is wrong.
    Ok,
    /// It works, and could be better; or it depends on how it is used.
    Note,
    /// It would break on Lambda.
    Breaks,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Breaks => "BREAKS",
        })
    }
}

/// One thing that is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The name of what was looked for, such as `glibc`.
    pub check: &'static str,
    /// What it means.
    pub level: Level,
    /// What there is.
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way_out: Option<String>,
}

impl Finding {
    pub(crate) fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            level: Level::Ok,
            found: found.into(),
            way_out: None,
        }
    }

    pub(crate) fn note(check: &'static str, found: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self {
            level: Level::Note,
            way_out: Some(way_out.into()),
            ..Self::ok(check, found)
        }
    }

    pub(crate) fn breaks(check: &'static str, found: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self {
            level: Level::Breaks,
            ..Self::note(check, found, way_out)
        }
    }
}

/// All that is found of a file.
///
/// ```
/// use inspector::Report;
///
/// let report = Report { name: "libone.so".to_owned(), what: "a shared library".to_owned(), findings: vec![], files: vec![] };
/// assert!(!report.breaks());
/// assert_eq!(report.to_string(), "libone.so: a shared library\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The file's name, as it was given, or its path in the zip.
    pub name: String,
    /// What it is, in words.
    pub what: String,
    /// What is found of it.
    pub findings: Vec<Finding>,
    /// What is found of files in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Report>,
}

impl Report {
    /// What is said of a file that can't be read as what it begins like.
    pub(crate) fn unreadable(name: &str, what: &str, error: &anyhow::Error) -> Self {
        Self {
            name: name.to_owned(),
            what: what.to_owned(),
            findings: vec![Finding::breaks(
                "format",
                format!("{error:#}"),
                "build, copy or download it again",
            )],
            files: Vec::new(),
        }
    }

    /// Whether it would break on Lambda.
    pub fn breaks(&self) -> bool {
        self.count(Level::Breaks) > 0
    }

    /// How many findings of a level there are, of the file and those in it.
    pub fn count(&self, level: Level) -> usize {
        let own = self.findings.iter().filter(|finding| finding.level == level).count();
        own + self.files.iter().map(|file| file.count(level)).sum::<usize>()
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        writeln!(formatter, "{:indent$}{}: {}", "", self.name, self.what)?;
        for finding in &self.findings {
            let found = finding.found.replace('\n', &format!("\n{:1$}", "", indent + 24));
            writeln!(
                formatter,
                "{:indent$}  {:<6}  {:<12}  {found}",
                "", finding.level, finding.check
            )?;
            if let Some(way_out) = &finding.way_out {
                let way_out = way_out.replace('\n', &format!("\n{:1$}", "", indent + 24));
                writeln!(formatter, "{:1$}> {way_out}", "", indent + 24)?;
            }
        }
        self.files.iter().try_for_each(|file| file.write(formatter, indent + 2))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(formatter, 0)
    }
}
