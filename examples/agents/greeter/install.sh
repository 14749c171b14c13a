#!/usr/bin/env bash
# Runs as root in the image build; AGENT_VERSION is what version.sh printed.
set -euo pipefail
sed "s/@VERSION@/${AGENT_VERSION}/" greeter >/usr/local/bin/greeter
chmod 755 /usr/local/bin/greeter
