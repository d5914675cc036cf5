#!/usr/bin/env bash
# Makes moto, which serves AWS's APIs on loopback, and boto3 in a cache folder, once; prints the folder of their programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/venv.sh

venv moto-2 'moto[server,cloudformation,s3,awslambda,logs,iam,apigatewayv2,sqs,events,dynamodb,kinesis,elbv2,ec2]==5.2.5'
