#!/bin/bash
set -euo pipefail

mkdir report
codex --version >report/agent.txt
python3 summarise.py <data/fleet.csv >report/fleet.json
