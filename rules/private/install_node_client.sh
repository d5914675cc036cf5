#!/usr/bin/env bash
# Installs Lambda's real client for Node.js, aws-lambda-ric, into FOLDER/node_modules.
#
# Its own install script needs autotools, for curl alone. Here curl is configured by CMake, which curl's sources support as
# well, in the version that pip has: so node, npm, python3, make and a C++ compiler are enough.
# Usage: install_node_client.sh FOLDER
set -euo pipefail

folder=${1:?usage: install_node_client.sh FOLDER}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cmake==3.31.6
cmake=$folder/venv/bin/cmake

npm install --ignore-scripts --no-audit --no-fund --prefix "$folder" aws-lambda-ric@3.3.0
cd node_modules/aws-lambda-ric/deps
artifacts=$PWD/artifacts
# shellcheck source=/dev/null
. ./versions
tar xzf "curl-$CURL_VERSION.tar.gz" --no-same-owner
tar xzf "aws-lambda-cpp-$AWS_LAMBDA_CPP_RELEASE.tar.gz" --no-same-owner

# Plain HTTP without threads, as the client's own script configures it.
"$cmake" -S "curl-curl-$CURL_VERSION" -B build-curl -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_INSTALL_PREFIX="$artifacts" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
  -DBUILD_CURL_EXE=OFF -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTING=OFF -DENABLE_MANUAL=OFF \
  -DHTTP_ONLY=ON -DCURL_ENABLE_SSL=OFF -DCURL_ZLIB=OFF -DCMAKE_USE_LIBSSH2=OFF -DCURL_USE_LIBSSH2=OFF \
  -DUSE_LIBIDN2=OFF -DUSE_LIBPSL=OFF -DENABLE_THREADED_RESOLVER=OFF -DENABLE_IPV6=OFF \
  -DENABLE_UNIX_SOCKETS=OFF -DCURL_DISABLE_SOCKETPAIR=ON
"$cmake" --build build-curl --target install --parallel 2

"$cmake" -S "aws-lambda-cpp-$AWS_LAMBDA_CPP_RELEASE" -B build-runtime -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_FLAGS=-fPIC -DCMAKE_INSTALL_PREFIX="$artifacts" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_PREFIX_PATH="$artifacts"
"$cmake" --build build-runtime --target install --parallel 2

cd ..
export PATH=$folder/node_modules/.bin:$PATH
# Node.js's own headers where it was installed with them; else node-gyp fetches them.
prefix=$(node -p 'require("path").dirname(require("path").dirname(process.execPath))')
if [[ -e $prefix/include/node/node.h ]]; then
  node-gyp rebuild --nodedir="$prefix"
else
  node-gyp rebuild
fi
mkdir -p dist
cp build/Release/rapid-client.node dist/
rm -rf build deps/build-* deps/curl-curl-* "deps/aws-lambda-cpp-$AWS_LAMBDA_CPP_RELEASE"
