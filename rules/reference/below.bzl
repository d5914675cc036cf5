"""The rules below each macro, in a struct of the macro's name: what types and values its attributes have."""

load("//rules/private:allocator.bzl", "allocator_crate")
load("//rules/private:bridge_deps.bzl", "bridge_deps")
load("//rules/private:deploy.bzl", "deploy")
load("//rules/private:image.bzl", "image_parts", "lambda_image")
load("//rules/private:lambda_test.bzl", "lambda_test")
load("//rules/private:layer.bzl", _lambda_layer = "lambda_layer")
load("//rules/private:layered_zip.bzl", "layered_zip")
load("//rules/private:local.bzl", "local")
load("//rules/private:program_zip.bzl", "program_zip")
load("//rules/private:py_library.bzl", "py_library")
load("//rules/private:rewrite.bzl", "rewrite")
load("//rules/private:runner.bzl", _runner = "runner")
load("//rules/private:template.bzl", _lambda_template = "lambda_template")
load("//rules/private:zip.bzl", "lambda_zip")

lambda_deploy = struct(
    deploy = deploy,
    template = _lambda_template,
)

lambda_layer = struct(layer = _lambda_layer)

lambda_local = struct(local = local)

lambda_py_library = struct(library = py_library)

lambda_runner = struct(runner = _runner)

lambda_template = struct(template = _lambda_template)

rust_lambda_bridge = struct(deps = bridge_deps)

rust_lambda_function = struct(rewrite = rewrite)

rust_lambda_image = struct(
    image = lambda_image,
    parts = image_parts,
)

rust_lambda_test = struct(test = lambda_test)

rust_lambda_zip = struct(
    allocator = allocator_crate,
    layered = layered_zip,
    program = program_zip,
    rewrite = rewrite,
    zip = lambda_zip,
)
