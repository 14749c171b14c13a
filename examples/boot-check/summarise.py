"""Counts the members of the fleet by kind, in an order that does not depend on the machine."""

import csv
import json
import sys
from collections import Counter

rows = list(csv.DictReader(sys.stdin))
summary = {
    "members": len(rows),
    "kinds": dict(sorted(Counter(row["kind"] for row in rows).items())),
}
json.dump(summary, sys.stdout, indent=2)
print()
