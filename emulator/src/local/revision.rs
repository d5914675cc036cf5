//! One build of a function.

use anyhow::{Result, bail};
use launcher::{Program, Sandbox};

use super::args::{LocalArgs, NamedHandler};

/// One build of a function: its unpacked zip, and what runs that.
pub(super) struct Revision {
    pub sandbox: Sandbox,
    pub program: Program,
}

impl Revision {
    /// Unpacks the zip for a handler.
    pub fn load(args: &LocalArgs, handler: &NamedHandler) -> Result<Self> {
        let mut env = vec![
            ("AWS_LAMBDA_FUNCTION_NAME".to_owned(), handler.name.clone()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE".to_owned(), args.memory_mb.to_string()),
            (
                "AWS_LAMBDA_LOG_GROUP_NAME".to_owned(),
                format!("/aws/lambda/{}", handler.name),
            ),
        ];
        env.extend(args.env.clone());
        let sandbox = Sandbox::new(&args.zip, &handler.handler, &args.runtime, env)?
            .with_runner(args.managed.runner()?)
            .with_layers(&args.layers, &args.managed.files())?;
        let program = args.managed.program(&args.runtime, &sandbox, &args.zip)?;
        if let Program::Python(_) = program {
            let Some((module, _)) = handler.handler.rsplit_once('.') else {
                bail!(
                    "the handler {:?} names no module: write it as MODULE.FUNCTION, such as index.handler",
                    handler.handler
                );
            };
            let module_path = module.replace('.', "/");
            let of_layers = sandbox.layers().map(|layers| layers.folder().join("python"));
            let mut folders = std::iter::once(sandbox.task_root().to_owned()).chain(of_layers);
            let is_found = folders.any(|folder| {
                let path = folder.join(&module_path);
                path.with_extension("py").is_file() || path.join("__init__.py").is_file()
            });
            if !is_found {
                bail!(
                    "the handler {:?} is in a module that {} does not have: there is no {module}.py in it; \
                     give --handler one that is, such as index.handler",
                    handler.handler,
                    args.zip.display()
                );
            }
        }
        Ok(Self { sandbox, program })
    }
}
