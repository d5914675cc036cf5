"""The rules for Lambda functions in Rust, their event sources and their providers."""

load(":event_source.bzl", _event_source = "event_source")
load(":lambda_deploy.bzl", _lambda_deploy = "lambda_deploy")
load(":lambda_layer.bzl", _lambda_layer = "lambda_layer")
load(":lambda_local.bzl", _lambda_local = "lambda_local")
load(":lambda_py_library.bzl", _lambda_py_library = "lambda_py_library")
load(":lambda_runner.bzl", _lambda_runner = "lambda_runner")
load(":lambda_template.bzl", _lambda_template = "lambda_template")
load(":providers.bzl", _LambdaFunctionInfo = "LambdaFunctionInfo", _LambdaLayerInfo = "LambdaLayerInfo", _LambdaZipInfo = "LambdaZipInfo")
load(":rust_lambda_bridge.bzl", _rust_lambda_bridge = "rust_lambda_bridge")
load(":rust_lambda_function.bzl", _rust_lambda_function = "rust_lambda_function")
load(":rust_lambda_test.bzl", _rust_lambda_test = "rust_lambda_test")
load(":rust_lambda_zip.bzl", _rust_lambda_zip = "rust_lambda_zip")

LambdaFunctionInfo = _LambdaFunctionInfo
LambdaLayerInfo = _LambdaLayerInfo
LambdaZipInfo = _LambdaZipInfo
event_source = _event_source
lambda_deploy = _lambda_deploy
lambda_layer = _lambda_layer
lambda_local = _lambda_local
lambda_py_library = _lambda_py_library
lambda_runner = _lambda_runner
lambda_template = _lambda_template
rust_lambda_bridge = _rust_lambda_bridge
rust_lambda_function = _rust_lambda_function
rust_lambda_test = _rust_lambda_test
rust_lambda_zip = _rust_lambda_zip
