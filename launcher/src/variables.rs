//! The environments that Lambda gives to processes.
//!
//! See [the variables that Lambda defines](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).

use std::{net::SocketAddr, path::PathBuf};

use crate::{RuntimeKind, Sandbox};

/// What of the environment is the runtime's own, and none of an extension's process.
const OF_THE_RUNTIME: [&str; 6] = [
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
];

/// The whole environment of a function's process: of the runtime client in the folders that are given, its own first, or of a program
/// of its own if none is.
pub(crate) fn of_function(sandbox: &Sandbox, api: SocketAddr, client: &[PathBuf]) -> Vec<(String, String)> {
    let root = sandbox.task_root().to_string_lossy();
    let runtime_dir = client
        .first()
        .map_or("/var/runtime".into(), |folder| folder.to_string_lossy());
    let in_layers = |path: &str| {
        let seen = sandbox.layers()?.seen();
        Some(seen.join(path).to_string_lossy().into_owned())
    };
    let fixed = [
        ("LAMBDA_TASK_ROOT", &*root),
        ("LAMBDA_RUNTIME_DIR", &*runtime_dir),
        ("_HANDLER", sandbox.handler()),
        ("AWS_LAMBDA_RUNTIME_API", &api.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", "emulated"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/emulated"),
        (
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "2000/01/01/[$LATEST]00000000000000000000000000000000",
        ),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_ACCESS_KEY_ID", "emulated"),
        ("AWS_SECRET_ACCESS_KEY", "emulated"),
        ("AWS_SESSION_TOKEN", "emulated"),
        ("TZ", ":UTC"),
        ("LANG", "en_US.UTF-8"),
        // Of the folders that Lambda has here, those of the zip and of layers: the others are the machine's own.
        ("LD_LIBRARY_PATH", &join(format!("{root}:{root}/lib"), in_layers("lib"))),
        (
            "PATH",
            &join(std::env::var("PATH").unwrap_or_default(), in_layers("bin")),
        ),
    ];
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut environment: Vec<_> = fixed.map(own).into();
    if client.is_empty() {
        environment.extend(sandbox.variables().iter().cloned());
        return environment;
    }
    // Not set by Lambda on the OS-only runtimes.
    environment.push(own(("AWS_EXECUTION_ENV", &format!("AWS_Lambda_{}", sandbox.runtime()))));
    if RuntimeKind::of(sandbox.runtime()) == RuntimeKind::Node {
        let version = sandbox.runtime().trim_start_matches("nodejs").trim_end_matches(".x");
        let modules = [
            format!("nodejs/node{version}/node_modules"),
            "nodejs/node_modules".to_owned(),
        ];
        if let [Some(own), Some(shared)] = modules.map(|path| in_layers(&path)) {
            environment.push(("NODE_PATH".to_owned(), format!("{own}:{shared}")));
        }
        environment.extend(sandbox.variables().iter().cloned());
        return environment;
    }
    // As root, Python could write beside its sources in spite of their permissions.
    environment.push(own(("PYTHONDONTWRITEBYTECODE", "1")));
    environment.extend(sandbox.variables().iter().cloned());
    let mut python_path = String::new();
    for folder in client {
        python_path.push_str(&format!("{}:", folder.display()));
    }
    python_path.push_str(&root);
    let more = sandbox.variables().iter().rfind(|(name, _)| name == "PYTHONPATH");
    let python_path = match more {
        // Lambda's own path has the layers' folders; one that is given takes its place.
        Some((_, more)) => format!("{python_path}:{more}"),
        None => {
            let packages = in_layers(&format!("python/lib/{}/site-packages", sandbox.runtime()));
            join(join(python_path, packages), in_layers("python"))
        }
    };
    environment.push(("PYTHONPATH".to_owned(), python_path));
    environment
}

/// The whole environment of an extension's process.
pub(crate) fn of_extension(sandbox: &Sandbox, api: SocketAddr) -> Vec<(String, String)> {
    let mut environment = of_function(sandbox, api, &[]);
    environment.retain(|(name, _)| !OF_THE_RUNTIME.contains(&&**name));
    environment
}

/// Adds another path to a list of them, if there is one.
fn join(list: String, path: Option<String>) -> String {
    match path {
        Some(path) => format!("{list}:{path}"),
        None => list,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{sandbox, zip};

    #[test]
    fn the_environment_is_lambdas_with_the_users_in_it() {
        let zip = zip(&[("index.py", 0o644)]);
        let sandbox = sandbox(zip.path(), &[("STAGE", "test"), ("PYTHONPATH", "/more")]).unwrap();
        let env = of_function(
            &sandbox,
            ([127, 0, 0, 1], 9001).into(),
            &["/ric".into(), "/needed".into()],
        );
        let get = |name: &str| {
            env.iter()
                .rfind(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
                .unwrap()
        };
        assert_eq!(get("AWS_LAMBDA_RUNTIME_API"), "127.0.0.1:9001");
        assert_eq!(get("AWS_EXECUTION_ENV"), "AWS_Lambda_python3.13");
        assert_eq!(get("STAGE"), "test");
        let root = sandbox.task_root().display();
        assert_eq!(get("LD_LIBRARY_PATH"), format!("{root}:{root}/lib"));
        assert_eq!(
            get("PYTHONPATH"),
            format!("/ric:/needed:{}:/more", sandbox.task_root().display())
        );
    }

    #[test]
    fn the_environment_of_an_os_only_runtime_has_nothing_of_python() {
        let zip = zip(&[("bootstrap", 0o755)]);
        let sandbox = sandbox(zip.path(), &[("STAGE", "test")]).unwrap();
        let env = of_function(&sandbox, ([127, 0, 0, 1], 9001).into(), &[]);
        assert!(env.contains(&("LAMBDA_RUNTIME_DIR".to_owned(), "/var/runtime".to_owned())));
        assert!(env.contains(&("STAGE".to_owned(), "test".to_owned())));
        let odd = |name: &str| name.starts_with("PYTHON") || name == "AWS_EXECUTION_ENV";
        assert!(!env.iter().any(|(name, _)| odd(name)), "{env:?}");
    }

    #[test]
    fn paths_lead_to_what_layers_bring() {
        let function = zip(&[("index.py", 0o644)]);
        let layer = zip(&[("python/tool.py", 0o644)]);
        let sandbox = sandbox(function.path(), &[])
            .unwrap()
            .with_layers(&[layer.path().to_owned()], &[])
            .unwrap();
        let api: SocketAddr = ([127, 0, 0, 1], 9001).into();
        let env = of_function(&sandbox, api, &[PathBuf::from("/ric")]);
        let get = |name: &str| &*env.iter().rfind(|(key, _)| key == name).unwrap().1;
        let (root, seen) = (
            sandbox.task_root().display(),
            sandbox.layers().unwrap().seen().display(),
        );
        assert_eq!(get("LD_LIBRARY_PATH"), format!("{root}:{root}/lib:{seen}/lib"));
        assert!(get("PATH").ends_with(&format!(":{seen}/bin")), "{}", get("PATH"));
        assert_eq!(
            get("PYTHONPATH"),
            format!("/ric:{root}:{seen}/python/lib/python3.13/site-packages:{seen}/python")
        );
        let env = of_extension(&sandbox, api);
        assert!(
            env.iter()
                .all(|(name, _)| name != "_HANDLER" && name != "LAMBDA_TASK_ROOT"),
            "{env:?}"
        );
        assert!(env.iter().any(|(name, _)| name == "AWS_LAMBDA_RUNTIME_API"));
    }
}
