#!/usr/bin/env bash
# Runs as root in the image build; EXTENSION is the folder's name.
set -euo pipefail
mkdir -p /etc/slipway
echo "${EXTENSION}" >>/etc/slipway/extensions
