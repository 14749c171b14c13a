#!/usr/bin/env bash
# Runs as root in the image build; AGENT_VERSION is what version.sh printed.
set -euo pipefail
npm install --global --no-fund --no-audit --loglevel=error "@github/copilot@${AGENT_VERSION}"
